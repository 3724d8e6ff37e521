#include "pedalion/registry/builtin/kinds/tolerations.h"

#include <string>

#include "pedalion/registry/builtin/kinds/checks.h"

namespace pedalion::registry::builtin::kinds {

namespace {

std::string joined(const meta::Problems& problems) {
  std::string all;
  for (const std::string& problem : problems) all += (all.empty() ? "" : ";") + problem;
  return all;
}

/// What is wrong with the value is reported of the operator.
void check_operator(const Field& toleration) {
  static constexpr std::string_view kOperators[] = {"Equal", "Exists"};
  Field op = toleration["operator"];
  std::string_view name = op.text(), value = toleration["value"].text();
  if (name.empty() || name == "Equal") {
    auto problems = meta::label_value_problems(value);
    if (!problems.empty()) op.invalid(value, joined(problems));
  } else if (name == "Exists") {
    if (!value.empty()) op.invalid(value, "value must be empty when `operator` is 'Exists'");
  } else {
    op.not_supported(kOperators);
  }
}

void check_toleration(const Field& toleration) {
  static constexpr std::string_view kEffects[] = {"NoSchedule", "PreferNoSchedule", "NoExecute"};
  Field key = toleration["key"], effect = toleration["effect"];
  if (!key.text().empty()) {
    check_name(key, meta::qualified_name_problems);
  } else if (toleration["operator"].text() != "Exists") {
    toleration["operator"].invalid(
        toleration["operator"].text(),
        "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
  }
  if (toleration["tolerationSeconds"] && effect.text() != "NoExecute") {
    effect.invalid(effect.text(), "effect must be 'NoExecute' when `tolerationSeconds` is set");
  }
  check_operator(toleration);
  check_one_of(effect, kEffects);
}

}  // namespace

void check_tolerations(const Field& tolerations) { tolerations.each(check_toleration); }

}  // namespace pedalion::registry::builtin::kinds
