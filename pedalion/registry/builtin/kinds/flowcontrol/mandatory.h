#pragma once
// The objects of flow control without which a server is not safe: "exempt" and "catch-all". Their specs are
// fixed.
#include <string_view>

#include "pedalion/registry/builtin/kinds/field.h"

namespace pedalion::registry::builtin::kinds::flowcontrol {

/// Null when no object of this name is mandatory. Live as long as the program.
const Value* mandatory_flow_schema_spec(std::string_view name);
const Value* mandatory_priority_level_spec(std::string_view name);

}  // namespace pedalion::registry::builtin::kinds::flowcontrol
