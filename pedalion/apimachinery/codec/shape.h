#pragma once
// Brings a JSON tree into the form in which Go would write a type: the one walk behind decoding and
// normalizing.
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/schema/type.h"
#include "pedalion/base/status.h"

namespace pedalion::codec {

/// Reads `value` as `type`: fields in declared order; unknown ones left out (their paths go to `unknown`,
/// when given); null is the zero value; what is empty and omitempty is left out, what is absent and not
/// omitempty is written as its Go zero value; times, quantities and the like in canonical form; map keys
/// sorted. Fails with 400 and the text of Go's decoder. The result shares parts of `value`, which must not be
/// used any more. Idempotent.
Result<json::Value> shape(const schema::Type& type, json::Value value, json::Arena& arena,
                          std::vector<std::string>* unknown = nullptr);

/// Puts the members of one object into the order in which `type` declares them; not those below.
void order_members(json::Value& object, const schema::Type& type, json::Arena& arena);

/// Of raw JSON (RawExtension): its numbers are written again as they were.
void keep_numbers(json::Value& value);

/// The Go spelling of a type in error messages: "int32", "[]v1.Container", "map[string]string".
std::string go_type_text(const schema::Type& type);

}  // namespace pedalion::codec
