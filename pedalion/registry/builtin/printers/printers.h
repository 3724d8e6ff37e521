#pragma once
// The Table columns of the built-in resources: what `kubectl get` prints for each.
#include <string_view>

#include "pedalion/registry/rest/table.h"

namespace pedalion::registry::builtin::printers {

/// Null when a resource has only the default columns (Name, Created At). Lives as long as the program.
const rest::TableConvertor* find(std::string_view group, std::string_view resource);

}  // namespace pedalion::registry::builtin::printers
