#pragma once
// Plain scalars of YAML 1.1, as go-yaml reads them, and how it quotes what it writes.
#include <string>
#include <string_view>

#include "pedalion/apimachinery/json/value.h"

namespace pedalion::codec {

/// The value of an unquoted scalar: null, a bool, a number, or text.
json::Value resolve_plain_scalar(std::string_view text, json::Arena& arena);
/// Appends a scalar, quoted where it would be read as something else; text of several lines as a literal
/// block.
void write_yaml_scalar(const json::Value& scalar, int indent, std::string& out);
/// go-yaml's order of keys: letters and digits in natural order, so that a2 comes before a10.
bool yaml_key_less(std::string_view a, std::string_view b);

}  // namespace pedalion::codec
