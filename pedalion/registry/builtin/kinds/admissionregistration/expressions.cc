#include "pedalion/registry/builtin/kinds/admissionregistration/expressions.h"

#include <algorithm>
#include <set>

#include "pedalion/registry/builtin/kinds/checks.h"

namespace pedalion::registry::builtin::kinds::admissionregistration {

namespace {

constexpr std::size_t kMaxConditions = 64;

bool is_identifier(std::string_view name) {
  static constexpr std::string_view kReserved[] = {
      "true",     "false",   "null",      "in",       "as",  "break",  "const",
      "continue", "else",    "for",       "function", "if",  "import", "let",
      "loop",     "package", "namespace", "return",   "var", "void",   "while"};
  auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  auto word = [&](char c) { return letter(c) || (c >= '0' && c <= '9'); };
  return !name.empty() && letter(name.front()) && std::ranges::all_of(name, word) &&
         std::ranges::find(kReserved, name) == std::end(kReserved);
}

void check_variable(const Field& variable) {
  Field name = variable["name"], expression = variable["expression"];
  if (trimmed(name.text()).empty()) {
    name.required("name is not specified");
  } else if (!is_identifier(name.text())) {
    name.invalid("must be a valid CEL identifier");
  }
  if (!has_content(expression)) expression.required("expression is not specified");
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\n\v\f\r";
  std::size_t first = text.find_first_not_of(kSpace);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

bool has_content(const Field& expression) { return !trimmed(expression.text()).empty(); }

void check_match_conditions(const Field& conditions) {
  if (conditions.size() > kMaxConditions) conditions.too_many(kMaxConditions);
  std::set<std::string_view> names;
  conditions.each([&](const Field& condition) {
    Field name = condition["name"], expression = condition["expression"];
    if (!has_content(expression)) expression.required();
    if (!require_text(name)) return;
    check_name(name, meta::qualified_name_problems);
    if (!names.insert(name.text()).second) name.duplicate();
  });
}

void check_variables(const Field& variables) { variables.each(check_variable); }

}  // namespace pedalion::registry::builtin::kinds::admissionregistration
