#pragma once
// JSON values as Go's fmt prints them, for the error texts that show them so.
#include <string>

#include "pedalion/apimachinery/json/value.h"

namespace pedalion::meta {

/// %v: `map[a:1 b:[x y]]`.
std::string go_value_text(const json::Value& value);
/// %#v: `map[string]interface {}{"a":1}`.
std::string go_syntax_text(const json::Value& value);
/// %T: `string`, `int64`, `map[string]interface {}`.
std::string_view go_type_name(const json::Value& value);

}  // namespace pedalion::meta
