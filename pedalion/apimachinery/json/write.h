#pragma once
// Tree to text, as Go's encoder writes it: <, >, & and U+2028/9 escaped, floats in Go's shortest form.
#include <string>

#include "pedalion/apimachinery/json/value.h"

namespace pedalion::json {

enum class SortKeys : bool { kNo, kYes };

/// Appends compact JSON.
void write(const Value& value, std::string& out, SortKeys sort = SortKeys::kNo);
std::string to_string(const Value& value, SortKeys sort = SortKeys::kNo);
/// Appends JSON indented by two blanks a level, as json.MarshalIndent does.
void write_pretty(const Value& value, std::string& out);
/// Appends `text` with quotes and escapes.
void write_string(std::string_view text, std::string& out);
/// Re-indents compact JSON text without building a tree. `compact` must be well-formed.
void indent(std::string_view compact, std::string& out);

}  // namespace pedalion::json
