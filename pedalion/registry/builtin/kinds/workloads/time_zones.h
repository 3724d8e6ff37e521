#pragma once
// Time zones by their names in the database of IANA.
#include <string_view>

namespace pedalion::registry::builtin::kinds::workloads {

/// Asks the machine's copy of the database; where there is none, nobody can say, and every name is known.
bool is_known_time_zone(std::string_view name);

}  // namespace pedalion::registry::builtin::kinds::workloads
