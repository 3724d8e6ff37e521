// Deployments and replica sets.
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/go_form.h"
#include "pedalion/registry/builtin/kinds/pods/pods.h"
#include "pedalion/registry/builtin/kinds/workloads/counts.h"
#include "pedalion/registry/builtin/kinds/workloads/int_or_percent.h"
#include "pedalion/registry/builtin/kinds/workloads/rows.h"
#include "pedalion/registry/builtin/kinds/workloads/templates.h"

namespace pedalion::registry::builtin::kinds::workloads {

namespace {

/// The selector, and a template whose pods it finds and which run for good. Both kinds say the same of
/// themselves.
void check_selection(const Field& spec) {
  Field selector = spec["selector"], pod_template = spec["template"];
  check_controller_selector(selector, "deployment");
  switch (selects(selector, pod_template)) {
    case Selected::kUnreadable:
      return selector.invalid("invalid label selector");
    case Selected::kNo:
      report_mismatch(pod_template);
      break;
    case Selected::kYes:
      break;
  }
  pods::validate_pod_template(pod_template);
  check_runs_for_good(pod_template, "ReplicaSet");
}

void check_rolling_update(const Field& rolling) {
  Field surge = rolling["maxSurge"], unavailable = rolling["maxUnavailable"];
  check_int_or_percent(unavailable);
  check_int_or_percent(surge);
  if (int_or_percent_value(unavailable) == 0 && int_or_percent_value(surge) == 0) {
    unavailable.invalid(unavailable ? *unavailable.value() : Value::integer(0),
                        "may not be 0 when `maxSurge` is 0");
  }
  check_at_most_all(unavailable);
}

void check_strategy(const Field& strategy) {
  static constexpr std::string_view kTypes[] = {"Recreate", "RollingUpdate"};
  std::string_view type = strategy["type"].text();
  Field rolling = strategy["rollingUpdate"];
  if (type == "Recreate") {
    if (rolling) rolling.forbidden("may not be specified when strategy `type` is 'Recreate'");
  } else if (type == "RollingUpdate") {
    if (!rolling) return rolling.required("this should be defaulted and never be nil");
    check_rolling_update(rolling);
  } else {
    not_supported_struct(strategy, {"apps/v1", "DeploymentStrategy"}, kTypes);
  }
}

void validate_deployment(const Value& object, FieldErrors& errors) {
  Field spec = Field(object, errors)["spec"];
  check_non_negative(spec["replicas"]);
  check_selection(spec);
  check_strategy(spec["strategy"]);
  check_non_negative(spec["minReadySeconds"]);
  check_non_negative(spec["revisionHistoryLimit"]);
  Field deadline = spec["progressDeadlineSeconds"];
  check_non_negative(deadline);
  if (deadline && deadline.number() <= spec["minReadySeconds"].number()) {
    deadline.invalid("must be greater than minReadySeconds");
  }
}

void validate_replica_set(const Value& object, FieldErrors& errors) {
  Field spec = Field(object, errors)["spec"];
  check_non_negative(spec["replicas"]);
  check_non_negative(spec["minReadySeconds"]);
  check_selection(spec);
}

void validate_same_selector(const Value& object, const Value& old, FieldErrors& errors) {
  check_immutable(Field(object, errors).at({"spec", "selector"}),
                  Field(old, errors).at({"spec", "selector"}));
}

void validate_deployment_status(const Value& object, const Value& old, FieldErrors& errors) {
  static constexpr std::string_view kCounts[] = {"observedGeneration",  "replicas",
                                                 "updatedReplicas",     "readyReplicas",
                                                 "availableReplicas",   "unavailableReplicas",
                                                 "terminatingReplicas", "collisionCount"};
  static constexpr std::string_view kParts[] = {"updatedReplicas", "readyReplicas", "availableReplicas"};
  Field status = Field(object, errors)["status"];
  check_counts(status, kCounts);
  check_parts(status, kParts, "readyReplicas");
  check_collisions(status, Field(old, errors)["status"]);
}

void validate_replica_set_status(const Value& object, const Value&, FieldErrors& errors) {
  static constexpr std::string_view kCounts[] = {
      "replicas",          "fullyLabeledReplicas", "readyReplicas",
      "availableReplicas", "terminatingReplicas",  "observedGeneration"};
  static constexpr std::string_view kParts[] = {"fullyLabeledReplicas", "readyReplicas", "availableReplicas"};
  Field status = Field(object, errors)["status"];
  check_counts(status, kCounts);
  check_parts(status, kParts, "readyReplicas");
}

}  // namespace

const KindRules kDeployments = {.group = "apps",
                                .resource = "deployments",
                                .validate = validate_deployment,
                                .validate_update = validate_same_selector,
                                .validate_status_update = validate_deployment_status,
                                .warn = warn_of_new,
                                .warn_update = warn_of_changed};
const KindRules kReplicaSets = {.group = "apps",
                                .resource = "replicasets",
                                .validate = validate_replica_set,
                                .validate_update = validate_same_selector,
                                .validate_status_update = validate_replica_set_status,
                                .warn = warn_of_new,
                                .warn_update = warn_of_changed};

}  // namespace pedalion::registry::builtin::kinds::workloads
