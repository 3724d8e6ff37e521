// Stateful sets.
#include <algorithm>

#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/go_form.h"
#include "pedalion/registry/builtin/kinds/pods/pods.h"
#include "pedalion/registry/builtin/kinds/pods/warnings.h"
#include "pedalion/registry/builtin/kinds/volumes/claims.h"
#include "pedalion/registry/builtin/kinds/warnings.h"
#include "pedalion/registry/builtin/kinds/workloads/counts.h"
#include "pedalion/registry/builtin/kinds/workloads/int_or_percent.h"
#include "pedalion/registry/builtin/kinds/workloads/rows.h"
#include "pedalion/registry/builtin/kinds/workloads/templates.h"

namespace pedalion::registry::builtin::kinds::workloads {

namespace {

/// Parts of an update that are not judged again.
struct Known {
  bool pod_template = false, service_name = false, claims = false;
};

/// How many pods may be missing during an update is not to be chosen, unless it was once (the feature gate
/// MaxUnavailableStatefulSet is off).
void drop_max_unavailable(Filler& object) {
  Value* rolling = object.object().at({"spec", "updateStrategy", "rollingUpdate"});
  if (rolling != nullptr) rolling->erase("maxUnavailable");
}

void prepare_create(Filler& object, const rest::RequestContext&) { drop_max_unavailable(object); }

void prepare_update(Filler& object, const Value& old) {
  const Value* before = old.at({"spec", "updateStrategy", "rollingUpdate", "maxUnavailable"});
  if (before == nullptr || before->is_null()) drop_max_unavailable(object);
}

void check_rolling_update(const Field& rolling) {
  Field unavailable = rolling["maxUnavailable"];
  check_non_negative(rolling["partition"]);
  if (!unavailable) return;
  check_int_or_percent(unavailable);
  if (int_or_percent_value(unavailable) == 0) unavailable.invalid("cannot be 0");
  check_at_most_all(unavailable);
}

void check_strategy(const Field& strategy) {
  std::string_view type = strategy["type"].text();
  Field rolling = strategy["rollingUpdate"];
  if (type.empty()) {
    strategy.required();
  } else if (type == "RollingUpdate") {
    check_rolling_update(rolling);
  } else if (type != "OnDelete") {
    invalid_struct(strategy, {"apps/v1", "StatefulSetUpdateStrategy"},
                   "must be 'RollingUpdate' or 'OnDelete'");
  } else if (rolling) {
    invalid_struct(rolling, {"apps/v1", "RollingUpdateStatefulSetStrategy"},
                   "only allowed for updateStrategy 'RollingUpdate'");
  }
}

void check_management(const Field& policy) {
  if (!require_text(policy) || policy.text() == "OrderedReady" || policy.text() == "Parallel") return;
  policy.invalid("must be 'OrderedReady' or 'Parallel'");
}

void check_retention(const Field& retention) {
  static constexpr std::string_view kPolicies[] = {"Retain", "Delete"};
  if (!retention) return;
  for (std::string_view when : {"whenDeleted", "whenScaled"}) {
    Field policy = retention[when];
    if (std::ranges::find(kPolicies, policy.text()) == std::end(kPolicies)) policy.not_supported(kPolicies);
  }
}

/// The template as its pods will be: each claim is a volume, in place of one of the same name.
Value with_claims(const Field& pod_template, const Field& claims, json::Arena& arena) {
  Value whole = json::deep_copy(*pod_template.value(), arena);
  Value& spec = whole.object_at("spec", arena);
  Value volumes = Value::array(arena);
  auto is_claimed = [&](std::string_view name) {
    bool claimed = false;
    claims.each(
        [&](const Field& claim) { claimed = claimed || claim.at({"metadata", "name"}).text() == name; });
    return claimed;
  };
  if (const Value* own = spec.find("volumes"); own != nullptr) {
    for (const Value& volume : own->items()) {
      if (!is_claimed(volume.string_at({"name"}))) volumes.push_back(volume, arena);
    }
  }
  claims.each([&](const Field& claim) {
    Value name = Value::string(claim.at({"metadata", "name"}).text(), arena);
    Value source = Value::object(arena), volume = Value::object(arena);
    source.set("claimName", name, arena);
    volume.set("name", name, arena);
    volume.set("persistentVolumeClaim", source, arena);
    volumes.push_back(volume, arena);
  });
  spec.set("volumes", volumes, arena);
  return whole;
}

void check_pods(const Field& spec, const Known& known) {
  Field selector = spec["selector"], pod_template = spec["template"], claims = spec["volumeClaimTemplates"];
  check_controller_selector(selector, "statefulset");
  switch (selects(selector, pod_template)) {
    case Selected::kUnreadable:
      selector.invalid("");
      break;
    case Selected::kNo:
      report_mismatch(pod_template);
      [[fallthrough]];
    case Selected::kYes:
      if (known.pod_template) break;
      if (claims.empty() || !pod_template) {
        pods::validate_pod_template(pod_template);
      } else {
        json::Arena arena;
        Value whole = with_claims(pod_template, claims, arena);
        pods::validate_pod_template(Field(&whole, pod_template.path(), pod_template.errors()));
      }
  }
  check_runs_for_good(pod_template, "StatefulSet");
}

void check_spec(const Field& spec, const Known& known) {
  check_management(spec["podManagementPolicy"]);
  check_strategy(spec["updateStrategy"]);
  check_retention(spec["persistentVolumeClaimRetentionPolicy"]);
  if (!known.claims) {
    spec["volumeClaimTemplates"].each([](const Field& claim) { volumes::check_claim_spec(claim["spec"]); });
  }
  check_non_negative(spec["replicas"]);
  check_non_negative(spec["minReadySeconds"]);
  check_non_negative(spec["ordinals"]["start"]);
  if (Field service = spec["serviceName"]; !known.service_name && !service.text().empty()) {
    check_name(service, meta::dns_label_problems);
  }
  check_pods(spec, known);
}

void validate(const Value& object, FieldErrors& errors) { check_spec(Field(object, errors)["spec"], {}); }

void validate_update(const Value& object, const Value& old, FieldErrors& errors) {
  static constexpr std::string_view kFixed[] = {"selector", "serviceName", "podManagementPolicy",
                                                "volumeClaimTemplates"};
  Field spec = Field(object, errors)["spec"], before = Field(old, errors)["spec"];
  check_spec(
      spec,
      {.pod_template = same(spec["template"], before["template"]), .service_name = true, .claims = true});
  for (std::string_view field : kFixed) {
    if (same(spec[field], before[field])) continue;
    return spec.forbidden(
        "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
        "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and "
        "'minReadySeconds' are forbidden");
  }
}

void validate_status(const Value& object, const Value& old, FieldErrors& errors) {
  static constexpr std::string_view kCounts[] = {"replicas",        "readyReplicas",     "currentReplicas",
                                                 "updatedReplicas", "availableReplicas", "observedGeneration",
                                                 "collisionCount"};
  static constexpr std::string_view kParts[] = {"readyReplicas", "currentReplicas", "updatedReplicas",
                                                "availableReplicas"};
  Field status = Field(object, errors)["status"];
  check_counts(status, kCounts);
  check_parts(status, kParts, "status.readyReplicas");
  check_collisions(status, Field(old, errors)["status"]);
}

void warn_of_spec(const Value& object, Warnings& warnings) {
  FieldPath templates = FieldPath("spec").child("volumeClaimTemplates");
  std::size_t index = 0;
  for (const Value& claim : items_at(object, {"spec", "volumeClaimTemplates"})) {
    FieldPath resources = templates.index(index++).child("Spec").child("resources");
    for (std::string_view list : {"requests", "limits"}) {
      warn_of_fraction(claim.at({"spec", "resources", list}), "storage", resources.child(list), warnings);
    }
  }
  const Value* limit = object.at({"spec", "revisionHistoryLimit"});
  if (limit != nullptr && limit->int_or(0) < 0) {
    warnings.emplace_back(
        "spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is "
        "recommended");
  }
}

void warn(const Value& object, Warnings& warnings) {
  pods::warn_of_template(object, warnings);
  warn_of_spec(object, warnings);
}

void warn_update(const Value& object, const Value& old, Warnings& warnings) {
  warn_of_changed(object, old, warnings);
  warn_of_spec(object, warnings);
}

}  // namespace

const KindRules kStatefulSets = {.group = "apps",
                                 .resource = "statefulsets",
                                 .prepare_create = prepare_create,
                                 .prepare_update = prepare_update,
                                 .validate = validate,
                                 .validate_update = validate_update,
                                 .update_judged_alone = true,
                                 .validate_status_update = validate_status,
                                 .warn = warn,
                                 .warn_update = warn_update};

}  // namespace pedalion::registry::builtin::kinds::workloads
