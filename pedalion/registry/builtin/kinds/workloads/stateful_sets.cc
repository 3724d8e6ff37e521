// Stateful sets: pods with names, an order and volumes of their own.
#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/go_form.h"
#include "pedalion/registry/builtin/kinds/pods/pods.h"
#include "pedalion/registry/builtin/kinds/pods/warnings.h"
#include "pedalion/registry/builtin/kinds/workloads/rows.h"
#include "pedalion/registry/builtin/kinds/workloads/templates.h"

namespace pedalion::registry::builtin::kinds::workloads {
namespace {

/// It becomes part of host names.
void check_set_name(const Field& name) {
  std::string_view text = name.text();
  if (text.find('.') != text.npos) {
    name.invalid(text, "must not contain dots");
  } else if (text.size() > 63) {
    name.invalid(text, "must be no more than 63 characters");
  }
}

void check_update_strategy(const Field& strategy) {
  std::string_view type = strategy["type"].text();
  Field rolling = strategy["rollingUpdate"];
  if (type.empty()) {
    strategy.required();
  } else if (type == "OnDelete") {
    if (rolling) {
      invalid_struct(rolling, {"apps/v1", "RollingUpdateStatefulSetStrategy"},
                     "only allowed for updateStrategy 'RollingUpdate'");
    }
  } else if (type == "RollingUpdate") {
    check_non_negative(rolling["partition"]);
    Field unavailable = rolling["maxUnavailable"];
    check_amount_or_percent(unavailable);
    check_at_most_all(unavailable);
    if (unavailable && is_none(unavailable)) unavailable.invalid("cannot be 0");
  } else {
    invalid_struct(strategy, {"apps/v1", "StatefulSetUpdateStrategy"},
                   "must be 'RollingUpdate' or 'OnDelete'");
  }
}

void check_claims(const Field& claims) {
  claims.each([](const Field& claim) {
    Field spec = claim["spec"];
    if (spec["accessModes"].empty()) spec["accessModes"].required("at least 1 access mode is required");
    if (!spec["resources"]["requests"]["storage"]) {
      claim.errors().push_back(FieldError::required(spec["resources"].path().key("storage"), ""));
    }
  });
}

void check_spec(const Field& spec) {
  static constexpr std::string_view kRetain[] = {"Retain", "Delete"};
  Field management = spec["podManagementPolicy"], retention = spec["persistentVolumeClaimRetentionPolicy"];
  if (management.text().empty()) {
    management.required();
  } else if (management.text() != "OrderedReady" && management.text() != "Parallel") {
    management.invalid(management.text(), "must be 'OrderedReady' or 'Parallel'");
  }
  check_update_strategy(spec["updateStrategy"]);
  if (retention) {
    check_one_of(retention["whenDeleted"], kRetain);
    check_one_of(retention["whenScaled"], kRetain);
  }
  check_non_negative(spec["replicas"]);
  check_non_negative(spec["minReadySeconds"]);
  check_non_negative(spec["ordinals"]["start"]);
  if (!spec["serviceName"].text().empty()) check_name(spec["serviceName"], meta::dns_label_problems);
  check_claims(spec["volumeClaimTemplates"]);
}

/// Each claim is a volume that containers may mount.
void check_template(const Field& spec) {
  json::Arena arena;
  Field pod_template = spec["template"];
  Value whole = pod_template ? json::deep_copy(*pod_template.value(), arena) : Value::object(arena);
  Value& volumes_owner = whole.object_at("spec", arena);
  if (volumes_owner.find("volumes") == nullptr) volumes_owner.set("volumes", Value::array(arena), arena);
  Value& volumes = *volumes_owner.find("volumes");
  spec["volumeClaimTemplates"].each([&](const Field& claim) {
    Value volume = Value::object(arena), source = Value::object(arena);
    std::string_view name = claim["metadata"]["name"].text();
    source.append_member("claimName", Value::string(name.empty() ? "claim" : name, arena), arena);
    volume.append_member("name", Value::string(name, arena), arena);
    volume.append_member("persistentVolumeClaim", source, arena);
    volumes.push_back(volume, arena);
  });
  // Paths and texts of errors are copied; the tree may go.
  Field extended(&whole, pod_template.path(), spec.errors());
  check_match(spec["selector"], pod_template);
  pods::validate_pod_template(extended);
  check_runs_always(extended, "StatefulSet");
}

void validate_stateful_set(const Value& object, FieldErrors& errors) {
  Field whole(object, errors);
  Field spec = whole["spec"];
  check_set_name(whole["metadata"]["name"]);
  check_spec(spec);
  if (check_selector(spec["selector"], "statefulset")) check_template(spec);
}

void validate_stateful_set_update(const Value& object, const Value& old, FieldErrors& errors) {
  json::Arena arena;
  const Value *now = object.find("spec"), *before = old.find("spec");
  if (now == nullptr || before == nullptr) return;
  Value wanted = json::deep_copy(*now, arena);
  for (std::string_view name : {"replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit",
                                "persistentVolumeClaimRetentionPolicy", "minReadySeconds"}) {
    const Value* value = before->find(name);
    if (value == nullptr) {
      wanted.erase(name);
    } else {
      wanted.set(name, *value, arena);
    }
  }
  if (json::equal(wanted, *before)) return;
  Field(object, errors)["spec"].forbidden(
      "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
      "'updateStrategy', "
      "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
}

void validate_stateful_set_status(const Value& object, const Value& old, FieldErrors& errors) {
  Field status = Field(object, errors)["status"];
  check_counters(status, {"replicas", "readyReplicas", "currentReplicas", "updatedReplicas",
                          "availableReplicas", "observedGeneration", "collisionCount"});
  check_at_most(status, {"readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"},
                "replicas", "status.replicas");
  check_at_most(status, {"availableReplicas"}, "readyReplicas", "status.readyReplicas");
  check_collisions(status, Field(old, errors)["status"]);
}

}  // namespace

const KindRules kStatefulSets = {.group = "apps",
                                 .resource = "statefulsets",
                                 .validate = validate_stateful_set,
                                 .validate_update = validate_stateful_set_update,
                                 .validate_status_update = validate_stateful_set_status,
                                 .warn = pods::warn_of_template};

}  // namespace pedalion::registry::builtin::kinds::workloads
