// Pod disruption budgets.
#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/go_form.h"
#include "pedalion/registry/builtin/kinds/selectors.h"
#include "pedalion/registry/builtin/kinds/workloads/rows.h"
#include "pedalion/registry/builtin/kinds/workloads/templates.h"

namespace pedalion::registry::builtin::kinds::workloads {
namespace {

void validate_budget(const Value& object, FieldErrors& errors) {
  static constexpr std::string_view kPolicies[] = {"AlwaysAllow", "IfHealthyBudget"};
  Field spec = Field(object, errors)["spec"];
  Field least = spec["minAvailable"], most = spec["maxUnavailable"];
  if (least && most) {
    invalid_struct(spec, {"policy/v1", "PodDisruptionBudgetSpec"},
                   "minAvailable and maxUnavailable cannot be both set");
  }
  for (const Field& amount : {least, most}) {
    check_amount_or_percent(amount);
    check_at_most_all(amount);
  }
  check_label_selector(spec["selector"]);
  check_one_of(spec["unhealthyPodEvictionPolicy"], kPolicies);
}

void validate_budget_status(const Value& object, const Value&, FieldErrors& errors) {
  Field status = Field(object, errors)["status"];
  check_counters(status, {"disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"});
}

}  // namespace

const KindRules kBudgets = {.group = "policy",
                            .resource = "poddisruptionbudgets",
                            .validate = validate_budget,
                            .validate_status_update = validate_budget_status};

}  // namespace pedalion::registry::builtin::kinds::workloads
