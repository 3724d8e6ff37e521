#include "pedalion/apimachinery/meta/go_text.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "pedalion/apimachinery/meta/field_error.h"

namespace pedalion::meta {
namespace {

using json::Kind;
using json::Value;

/// Go's %v of a float: %g with the shortest digits that read back, exponents from 21 on.
std::string float_text(double number) {
  char text[40];
  for (int digits = 1; digits <= 17; ++digits) {
    std::snprintf(text, sizeof text, "%.*e", digits - 1, number);
    if (std::strtod(text, nullptr) == number) break;
  }
  std::string shortest = text;
  int exponent = std::atoi(shortest.c_str() + shortest.find('e') + 1);
  if (number != 0 && (exponent < -4 || exponent >= 21)) return shortest;
  auto digits = static_cast<int>(
      std::count_if(shortest.begin(), shortest.begin() + static_cast<std::ptrdiff_t>(shortest.find('e')),
                    [](char c) { return c >= '0' && c <= '9'; }));
  std::snprintf(text, sizeof text, "%.*f", std::max(0, digits - 1 - exponent), number);
  return text;
}

std::vector<const json::Member*> sorted_members(const Value& object) {
  std::vector<const json::Member*> sorted;
  for (const auto& member : object.members()) sorted.push_back(&member);
  std::ranges::sort(sorted, {}, &json::Member::name);
  return sorted;
}

std::string scalar_text(const Value& value) {
  switch (value.kind()) {
    case Kind::kBool:
      return value.as_bool() ? "true" : "false";
    case Kind::kInt:
      return std::to_string(value.as_int());
    case Kind::kDouble:
      return float_text(value.as_double());
    default:
      return "<nil>";
  }
}

}  // namespace

std::string go_value_text(const Value& value) {
  if (value.is_string()) return std::string(value.as_string());
  if (value.is_array()) {
    std::string text = "[";
    for (const Value& item : value.items()) text += (text.size() == 1 ? "" : " ") + go_value_text(item);
    return text + "]";
  }
  if (!value.is_object()) return scalar_text(value);
  std::string text = "map[";
  for (const auto* member : sorted_members(value)) {
    if (text.back() != '[' || text.size() > 4) text += ' ';
    text += std::string(member->name) + ":" + go_value_text(member->value);
  }
  return text + "]";
}

std::string go_syntax_text(const Value& value) {
  if (value.is_string()) return go_quoted(value.as_string());
  if (value.is_null()) return "interface {}(nil)";
  if (!value.is_object() && !value.is_array()) return scalar_text(value);
  std::string text(go_type_name(value));
  text += '{';
  std::size_t empty = text.size();
  for (const Value& item : value.items()) text += (text.size() == empty ? "" : ", ") + go_syntax_text(item);
  for (const auto* member : sorted_members(value)) {
    text +=
        (text.size() == empty ? "" : ", ") + go_quoted(member->name) + ":" + go_syntax_text(member->value);
  }
  return text + "}";
}

std::string_view go_type_name(const Value& value) {
  switch (value.kind()) {
    case Kind::kBool:
      return "bool";
    case Kind::kInt:
      return "int64";
    case Kind::kDouble:
      return "float64";
    case Kind::kString:
      return "string";
    case Kind::kArray:
      return "[]interface {}";
    case Kind::kObject:
    case Kind::kRaw:
      return "map[string]interface {}";
    case Kind::kNull:
      return "<nil>";
  }
  return "<nil>";
}

}  // namespace pedalion::meta
