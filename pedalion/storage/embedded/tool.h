#pragma once
// `pedalion storage`: looks after an embedded store that no server has open.
#include <ostream>
#include <span>
#include <string>

namespace pedalion::storage::embedded {

/// `arguments`: what follows `pedalion storage`. Returns the exit code: 0, 1 for a failure or a damaged
/// store, 2 for wrong usage.
int storage_command(std::span<const std::string> arguments, std::ostream& out, std::ostream& err);

}  // namespace pedalion::storage::embedded
