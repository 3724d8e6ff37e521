#pragma once
// Scalar shapes: checking them and bringing them into canonical form.
#include <string_view>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/schema/type.h"
#include "pedalion/base/status.h"

namespace pedalion::codec {

/// Reason of a failure that is about the JSON kind: its message is only Go's word for the value ("string",
/// "number 1.5").
inline constexpr std::string_view kKindMismatch = "kind mismatch";

/// `value` (not null) as a scalar of `type`.
Result<json::Value> shape_scalar(const schema::Type& type, json::Value value, json::Arena& arena);

/// Go's word for the kind of a value in decoding errors: "string", "number", "object", "array", "bool".
std::string_view kind_word(const json::Value& value);

}  // namespace pedalion::codec
