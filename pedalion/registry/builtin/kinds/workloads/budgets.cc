// Pod disruption budgets.
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/conditions.h"
#include "pedalion/registry/builtin/kinds/go_form.h"
#include "pedalion/registry/builtin/kinds/selectors.h"
#include "pedalion/registry/builtin/kinds/workloads/counts.h"
#include "pedalion/registry/builtin/kinds/workloads/int_or_percent.h"
#include "pedalion/registry/builtin/kinds/workloads/rows.h"

namespace pedalion::registry::builtin::kinds::workloads {

namespace {

void check_spec(const Field& spec, LabelValues values) {
  static constexpr std::string_view kPolicies[] = {"AlwaysAllow", "IfHealthyBudget"};
  Field least = spec["minAvailable"], most = spec["maxUnavailable"],
        policy = spec["unhealthyPodEvictionPolicy"];
  if (least && most) {
    invalid_struct(spec, {"policy/v1", "PodDisruptionBudgetSpec"},
                   "minAvailable and maxUnavailable cannot be both set");
  }
  for (const Field& amount : {least, most}) {
    if (!amount) continue;
    check_int_or_percent(amount);
    check_at_most_all(amount);
  }
  check_label_selector(spec["selector"], values);
  if (policy && policy.text() != kPolicies[0] && policy.text() != kPolicies[1]) {
    policy.not_supported(kPolicies);
  }
}

void validate(const Value& object, FieldErrors& errors) {
  check_spec(Field(object, errors)["spec"], LabelValues::kJudged);
}

void validate_update(const Value& object, const Value& old, FieldErrors& errors) {
  const Value* selector = old.at({"spec", "selector"});
  check_spec(Field(object, errors)["spec"],
             is_valid_label_selector(selector) ? LabelValues::kJudged : LabelValues::kLetPass);
}

void validate_status(const Value& object, const Value&, FieldErrors& errors) {
  static constexpr std::string_view kCounts[] = {"disruptionsAllowed", "currentHealthy", "desiredHealthy",
                                                 "expectedPods"};
  Field status = Field(object, errors)["status"];
  check_conditions(status["conditions"]);
  check_counts(status, kCounts);
}

}  // namespace

const KindRules kBudgets = {.group = "policy",
                            .resource = "poddisruptionbudgets",
                            .validate = validate,
                            .validate_update = validate_update,
                            .update_judged_alone = true,
                            .validate_status_update = validate_status};

}  // namespace pedalion::registry::builtin::kinds::workloads
