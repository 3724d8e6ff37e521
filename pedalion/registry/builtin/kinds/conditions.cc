#include "pedalion/registry/builtin/kinds/conditions.h"

#include <algorithm>
#include <set>

#include "pedalion/registry/builtin/kinds/checks.h"

namespace pedalion::registry::builtin::kinds {

namespace {

constexpr std::size_t kMaxReason = 1024, kMaxMessage = 32 * 1024;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_word(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_'; }

bool is_reason(std::string_view text) {
  return !text.empty() && is_letter(text.front()) && is_word(text.back()) &&
         std::ranges::all_of(text, [](char c) { return is_word(c) || c == ',' || c == ':'; });
}

void check_condition(const Field& condition) {
  static constexpr std::string_view kStates[] = {"False", "True", "Unknown"};
  Field state = condition["status"], generation = condition["observedGeneration"];
  check_name(condition["type"], meta::qualified_name_problems);
  if (std::ranges::find(kStates, state.text()) == std::end(kStates)) state.not_supported(kStates);
  if (generation.number() < 0) generation.invalid("must be greater than or equal to zero");
  if (!condition["lastTransitionTime"]) condition["lastTransitionTime"].required();
  Field reason = condition["reason"];
  if (require_text(reason)) {
    if (!is_reason(reason.text())) {
      reason.invalid(
          "a condition reason must start with alphabetic character, optionally followed by a string of "
          "alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. "
          "'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used "
          "for validation is '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?')");
    }
    if (reason.text().size() > kMaxReason) reason.too_long(kMaxReason);
  }
  if (condition["message"].text().size() > kMaxMessage) condition["message"].too_long(kMaxMessage);
}

}  // namespace

void check_conditions(const Field& conditions) {
  std::set<std::string_view> types;
  conditions.each([&](const Field& condition) {
    Field type = condition["type"];
    if (!types.insert(type.text()).second) type.duplicate(type.text());
    check_condition(condition);
  });
}

}  // namespace pedalion::registry::builtin::kinds
