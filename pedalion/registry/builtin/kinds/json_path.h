#pragma once
// The JSONPath templates of kubectl and of definitions ("{.spec.replicas}"), as far as their form goes
// (client-go's util/jsonpath).
#include <string>
#include <string_view>

namespace pedalion::registry::builtin::kinds {

/// Why the text cannot be parsed, in client-go's words; empty when it can.
std::string json_path_problem(std::string_view text);

}  // namespace pedalion::registry::builtin::kinds
