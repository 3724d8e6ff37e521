#pragma once
// Scalars of YAML 1.1 as go-yaml reads and writes them.
#include <string>
#include <string_view>

#include "pedalion/apimachinery/json/value.h"

namespace pedalion::codec {

/// The value of an unquoted scalar: null, a bool, a number, or text.
json::Value resolve_plain_scalar(std::string_view text, json::Arena& arena);

/// What Go calls a plain float without limits: "+Inf" for .inf, "-Inf", "NaN"; empty for any other text. JSON
/// has none of them.
std::string_view yaml_limitless_float(std::string_view text);

/// A date, or a date and a time, in one of the forms that go-yaml knows. It reads them as text, but quotes
/// them.
bool is_yaml_timestamp(std::string_view text);

/// go-yaml's order of keys: letters and digits in natural order, so that a2 comes before a10. Not transitive:
/// 45, 4X and 06 come one before the other in a circle, so sort with what stays within bounds then.
bool yaml_key_less(std::string_view a, std::string_view b);

/// The line breaks of YAML 1.1: CR, LF, NEL, LS, PS.
bool ends_with_yaml_break(std::string_view text);

/// A key that fits before a colon. Others stand alone behind a question mark.
bool is_simple_yaml_key(std::string_view key);

/// A number as the key of a mapping.
std::string yaml_float_text(float number);

enum class ScalarPlace : bool { kSimpleKey, kElsewhere };

/// Appends a scalar that stands in a block with `indent`: quoted where it would be read as something else, as
/// a literal block when it has several lines, folded behind column 80 where it is no simple key.
void write_yaml_scalar(const json::Value& scalar, int indent, ScalarPlace place, std::string& out);

}  // namespace pedalion::codec
