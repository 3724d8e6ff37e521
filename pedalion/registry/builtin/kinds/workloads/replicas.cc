// Deployments, replica sets, replication controllers: so many pods, each like the others.
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/go_form.h"
#include "pedalion/registry/builtin/kinds/pods/pods.h"
#include "pedalion/registry/builtin/kinds/pods/warnings.h"
#include "pedalion/registry/builtin/kinds/workloads/rows.h"
#include "pedalion/registry/builtin/kinds/workloads/templates.h"

namespace pedalion::registry::builtin::kinds::workloads {
namespace {

void check_template(const Field& spec, std::string_view owner) {
  check_match(spec["selector"], spec["template"]);
  pods::validate_pod_template(spec["template"]);
  check_runs_always(spec["template"], owner);
}

void check_rolling(const Field& rolling) {
  Field unavailable = rolling["maxUnavailable"], surge = rolling["maxSurge"];
  check_amount_or_percent(unavailable);
  check_amount_or_percent(surge);
  if (is_none(unavailable) && is_none(surge)) {
    unavailable.invalid(unavailable ? *unavailable.value() : Value::integer(0),
                        "may not be 0 when `maxSurge` is 0");
  }
  check_at_most_all(unavailable);
}

void check_strategy(const Field& strategy) {
  constexpr GoType kStrategy{"apps/v1", "DeploymentStrategy"};
  std::string_view type = strategy["type"].text();
  Field rolling = strategy["rollingUpdate"];
  if (type == "Recreate") {
    if (rolling) rolling.forbidden("may not be specified when strategy `type` is 'Recreate'");
  } else if (type == "RollingUpdate") {
    if (!rolling) {
      rolling.required("this should be defaulted and never be nil");
    } else {
      check_rolling(rolling);
    }
  } else {
    FieldError error = FieldError::not_supported(
        strategy.path(), "", std::array<std::string_view, 2>{"Recreate", "RollingUpdate"});
    error.value = go_form(strategy.value(), kStrategy, true);
    strategy.errors().push_back(std::move(error));
  }
}

void validate_deployment(const Value& object, FieldErrors& errors) {
  Field spec = Field(object, errors)["spec"];
  check_non_negative(spec["replicas"]);
  if (check_selector(spec["selector"], "deployment")) check_template(spec, "ReplicaSet");
  check_strategy(spec["strategy"]);
  check_non_negative(spec["minReadySeconds"]);
  check_non_negative(spec["revisionHistoryLimit"]);
  if (Field deadline = spec["progressDeadlineSeconds"]; deadline) {
    check_non_negative(deadline);
    if (deadline.number() <= spec["minReadySeconds"].number())
      deadline.invalid("must be greater than minReadySeconds");
  }
}

void validate_same_selector(const Value& object, const Value& old, FieldErrors& errors) {
  require_same(object, old, {"spec", "selector"}, errors);
}

void validate_deployment_status(const Value& object, const Value& old, FieldErrors& errors) {
  Field status = Field(object, errors)["status"];
  check_counters(status,
                 {"observedGeneration", "replicas", "updatedReplicas", "readyReplicas", "availableReplicas",
                  "unavailableReplicas", "terminatingReplicas", "collisionCount"});
  check_at_most(status, {"updatedReplicas", "readyReplicas", "availableReplicas"}, "replicas",
                "status.replicas");
  check_at_most(status, {"availableReplicas"}, "readyReplicas", "readyReplicas");
  check_collisions(status, Field(old, errors)["status"]);
}

void validate_replica_set(const Value& object, FieldErrors& errors) {
  Field spec = Field(object, errors)["spec"];
  check_non_negative(spec["replicas"]);
  check_non_negative(spec["minReadySeconds"]);
  if (check_selector(spec["selector"], "deployment")) check_template(spec, "ReplicaSet");
}

void validate_replica_status(const Value& object, const Value&, FieldErrors& errors) {
  Field status = Field(object, errors)["status"];
  check_counters(status, {"replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas",
                          "terminatingReplicas", "observedGeneration"});
  check_at_most(status, {"fullyLabeledReplicas", "readyReplicas", "availableReplicas"}, "replicas",
                "status.replicas");
  check_at_most(status, {"availableReplicas"}, "readyReplicas", "readyReplicas");
}

/// The oldest of them selects by a plain map of labels.
void validate_controller(const Value& object, FieldErrors& errors) {
  Field spec = Field(object, errors)["spec"];
  check_non_negative(spec["minReadySeconds"]);
  if (spec["selector"].empty()) spec["selector"].required();
  check_non_negative(spec["replicas"]);
  Field pod_template = spec["template"];
  if (!pod_template) {
    pod_template.required();
    return;
  }
  bool all = true;
  Field labels = pod_template["metadata"]["labels"];
  spec["selector"].each_entry([&](std::string_view key, const Field& value) {
    const Value* found = labels.value() == nullptr ? nullptr : labels.value()->find(key);
    all = all && found != nullptr && found->string_or() == value.text();
  });
  if (!all) labels.invalid(labels ? *labels.value() : Value(), "`selector` does not match template `labels`");
  pods::validate_pod_template(pod_template);
  check_runs_always(pod_template, "ReplicationController");
}

}  // namespace

const KindRules kDeployments = {.group = "apps",
                                .resource = "deployments",
                                .validate = validate_deployment,
                                .validate_update = validate_same_selector,
                                .validate_status_update = validate_deployment_status,
                                .warn = pods::warn_of_template};
const KindRules kReplicaSets = {.group = "apps",
                                .resource = "replicasets",
                                .validate = validate_replica_set,
                                .validate_update = validate_same_selector,
                                .validate_status_update = validate_replica_status,
                                .warn = pods::warn_of_template};
const KindRules kReplicationControllers = {.group = "",
                                           .resource = "replicationcontrollers",
                                           .validate = validate_controller,
                                           .validate_status_update = validate_replica_status,
                                           .warn = pods::warn_of_template};

}  // namespace pedalion::registry::builtin::kinds::workloads
