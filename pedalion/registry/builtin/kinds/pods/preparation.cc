#include "pedalion/registry/builtin/kinds/pods/preparation.h"

#include "pedalion/apimachinery/meta/field_error.h"
#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/registry/builtin/kinds/pods/annotations.h"
#include "pedalion/registry/builtin/kinds/pods/quality.h"

namespace pedalion::registry::builtin::kinds::pods {

namespace {

template <class Visit>
void each_container(Value& spec, Visit visit) {
  for (std::string_view list : {"containers", "initContainers", "ephemeralContainers"}) {
    Value* containers = spec.find(list);
    if (containers == nullptr || !containers->is_array()) continue;
    for (Value& container : containers->items()) visit(container);
  }
}

/// ContainerStopSignals.
void drop_stop_signal(Value& container) {
  Value* lifecycle = container.find("lifecycle");
  if (lifecycle == nullptr || !lifecycle->is_object() || !lifecycle->erase("stopSignal")) return;
  if (lifecycle->empty()) container.erase("lifecycle");
}

/// ClusterTrustBundleProjection, PodCertificateRequest.
void drop_projections(Value& spec) {
  Value* volumes = spec.find("volumes");
  if (volumes == nullptr || !volumes->is_array()) return;
  for (Value& volume : volumes->items()) {
    Value* sources = volume.at({"projected", "sources"});
    if (sources == nullptr || !sources->is_array()) continue;
    for (Value& source : sources->items()) {
      source.erase("clusterTrustBundle");
      source.erase("podCertificate");
    }
  }
}

/// ContainerStopSignals, ImageVolumeWithDigest, DRANodeAllocatableResources, ResourceHealthStatusMessage.
void drop_disabled_status(Value& status) {
  status.erase("nodeAllocatableResourceClaimStatuses");
  for (std::string_view list : {"containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"}) {
    Value* containers = status.find(list);
    if (containers == nullptr || !containers->is_array()) continue;
    for (Value& container : containers->items()) {
      container.erase("stopSignal");
      Value* mounts = container.find("volumeMounts");
      if (mounts == nullptr || !mounts->is_array()) continue;
      for (Value& mount : mounts->items()) mount.erase("volumeStatus");
    }
  }
}

void add_gated_condition(Filler& status, json::Arena& arena) {
  Value condition = Value::object(arena);
  condition.append_member("type", Value::string("PodScheduled"), arena);
  condition.append_member("status", Value::string("False"), arena);
  condition.append_member("lastProbeTime", Value(), arena);
  condition.append_member("lastTransitionTime", Value::string(meta::format_time(meta::now_seconds()), arena),
                          arena);
  condition.append_member("reason", Value::string("SchedulingGated"), arena);
  condition.append_member("message", Value::string("Scheduling is blocked due to non-empty scheduling gates"),
                          arena);
  Value conditions = Value::array(arena);
  conditions.push_back(condition, arena);
  status.set("conditions", conditions);
}

/// Labels of the pod's own that its terms name become requirements of their selectors.
void merge_label_keys(Value& term, std::string_view list, std::string_view op, const Value* labels,
                      json::Arena& arena) {
  const Value* keys = std::as_const(term).find(list);
  const Value* selected = std::as_const(term).find("labelSelector");
  if (keys == nullptr || labels == nullptr || selected == nullptr || !selected->is_object()) return;
  for (const Value& key : keys->items()) {
    const Value* label = labels->find(key.string_or());
    if (label == nullptr) continue;
    Value requirement = Value::object(arena), values = Value::array(arena);
    values.push_back(*label, arena);
    requirement.append_member("key", key, arena);
    requirement.append_member("operator", Value::string(op), arena);
    requirement.append_member("values", values, arena);
    Value& selector = *term.find("labelSelector");
    if (selector.find("matchExpressions") == nullptr)
      selector.set("matchExpressions", Value::array(arena), arena);
    selector.find("matchExpressions")->push_back(requirement, arena);
  }
}

void merge_affinity_keys(Value& term, const Value* labels, json::Arena& arena) {
  merge_label_keys(term, "matchLabelKeys", "In", labels, arena);
  merge_label_keys(term, "mismatchLabelKeys", "NotIn", labels, arena);
}

void merge_keys(Filler& pod) {
  json::Arena& arena = pod.arena();
  const Value* labels = std::as_const(pod.object()).at({"metadata", "labels"});
  for (std::string_view kind : {"podAffinity", "podAntiAffinity"}) {
    Value* affinity = pod.object().at({"spec", "affinity", kind});
    if (affinity == nullptr || !affinity->is_object()) continue;
    if (Value* terms = affinity->find("preferredDuringSchedulingIgnoredDuringExecution")) {
      for (Value& term : terms->items()) {
        if (Value* inner = term.find("podAffinityTerm")) merge_affinity_keys(*inner, labels, arena);
      }
    }
    if (Value* terms = affinity->find("requiredDuringSchedulingIgnoredDuringExecution")) {
      for (Value& term : terms->items()) merge_affinity_keys(term, labels, arena);
    }
  }
  if (Value* constraints = pod.object().at({"spec", "topologySpreadConstraints"})) {
    for (Value& constraint : constraints->items())
      merge_label_keys(constraint, "matchLabelKeys", "In", labels, arena);
  }
}

/// AppArmor was an annotation a container before it was a field: the field is made where it says more than
/// the pod's own.
void take_app_armor_from_annotations(Filler& pod, const rest::RequestContext& context) {
  const Value* annotations = std::as_const(pod.object()).at({"metadata", "annotations"});
  Value* spec = pod.find("spec");
  if (annotations == nullptr || spec == nullptr) return;
  if (std::as_const(*spec).string_at({"os", "name"}) == "windows") return;
  const Value* of_pod = std::as_const(*spec).at({"securityContext", "appArmorProfile"});
  each_container(*spec, [&](Value& container) {
    std::string key = std::string(kAppArmorPrefix) + std::string(container.string_at({"name"}));
    const Value* annotation = annotations->find(key);
    const Value* own = std::as_const(container).at({"securityContext", "appArmorProfile"});
    if (annotation == nullptr || (own != nullptr && !own->is_null())) return;
    Value profile = app_armor_profile(annotation->string_or(), pod.arena());
    if (!profile.is_null()) {
      if (of_pod != nullptr && json::equal(profile, *of_pod)) return;
      container.object_at("securityContext", pod.arena()).set("appArmorProfile", profile, pod.arena());
    }
    FieldPath path = FieldPath("metadata").child("annotations").key(std::string_view(key));
    context.warn(path.text() + R"(: deprecated since v1.30; use the "appArmorProfile" field instead)");
  });
}

std::int64_t generation_of(const Value& value) {
  const Value* generation = value.find("observedGeneration");
  return generation == nullptr ? 0 : generation->int_or(0);
}

/// Clients that do not know of observed generations leave them as they were.
void keep_observed_generations(Filler& status, const Value* old) {
  if (old == nullptr) return;
  if (generation_of(status.object()) == 0 && generation_of(*old) != 0) {
    status.set("observedGeneration", Value::integer(generation_of(*old)));
  }
  Value* conditions = status.find("conditions");
  const Value* before = old->find("conditions");
  if (conditions == nullptr || before == nullptr || !conditions->is_array()) return;
  const schema::Type& type = *status.type().field("conditions")->type->element;
  std::vector<bool> taken(before->size());
  for (Value& condition : conditions->items()) {
    for (std::uint32_t i = 0; i < before->size(); ++i) {
      const Value& known = before->items()[i];
      if (taken[i] || known.string_at({"type"}) != std::as_const(condition).string_at({"type"})) continue;
      taken[i] = true;
      if (generation_of(condition) == 0 && generation_of(known) != 0) {
        Filler(condition, type, status.arena())
            .set("observedGeneration", Value::integer(generation_of(known)));
      }
      break;
    }
  }
}

}  // namespace

void drop_disabled(Value& spec) {
  if (!spec.is_object()) return;
  each_container(spec, drop_stop_signal);
  drop_projections(spec);
  spec.erase("schedulingGroup");  // GenericWorkload
}

void prepare_new(Filler& pod, const rest::RequestContext& context) {
  Filler status = pod.in("status");
  status.set("phase", Value::string("Pending"));
  if (status.text("qosClass").empty())
    status.set("qosClass", Value::string(quality_of_service(pod.object())));
  Filler spec = pod.in("spec");
  drop_disabled(spec.object());
  if (!items_at(std::as_const(pod.object()), {"spec", "schedulingGates"}).empty())
    add_gated_condition(status, pod.arena());
  merge_keys(pod);
  take_app_armor_from_annotations(pod, context);
}

void prepare_update(Filler& pod, const Value&) {
  if (Value* spec = pod.find("spec")) drop_disabled(*spec);
}

void prepare_status_update(Filler& pod, const Value& old) {
  Filler status = pod.in("status");
  const Value* quality = old.at({"status", "qosClass"});
  if (status.text("qosClass").empty() && quality != nullptr) status.set("qosClass", *quality);
  keep_observed_generations(status, old.find("status"));
  drop_disabled_status(status.object());
}

}  // namespace pedalion::registry::builtin::kinds::pods
