// Pods: their first state, their quality of service, and what an update may change.
#include <optional>

#include "pedalion/apimachinery/meta/quantity.h"
#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/pods/pods.h"

#include "pedalion/registry/builtin/kinds/addresses.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/pods/updates.h"
#include "pedalion/registry/builtin/kinds/pods/warnings.h"

namespace pedalion::registry::builtin::kinds::pods {

namespace {

/// Requests and limits of one resource, over all containers.
struct Sums {
  meta::Quantity requests, limits;
  bool any = false;
  bool all_limited = true;
};

void add(const Value& container, std::string_view resource, Sums& sums) {
  auto amount = [&](std::string_view list) -> std::optional<meta::Quantity> {
    const Value* value = container.at({"resources", list, resource});
    if (value == nullptr) return std::nullopt;
    auto parsed = meta::Quantity::parse(value->string_or());
    if (!parsed || parsed->is_zero()) return std::nullopt;
    return *parsed;
  };
  auto request = amount("requests"), limit = amount("limits");
  if (request) sums.requests += *request;
  if (limit) sums.limits += *limit;
  sums.any = sums.any || request || limit;
  sums.all_limited = sums.all_limited && limit.has_value();
}

/// What a server without the alpha features does not keep.
void drop_alpha(Value& container) {
  Value* lifecycle = container.find("lifecycle");
  if (lifecycle == nullptr || !lifecycle->erase("stopSignal")) return;
  if (lifecycle->empty()) container.erase("lifecycle");
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
  if (keys == nullptr || labels == nullptr || term.find("labelSelector") == nullptr) return;
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
    if (Value* terms =
            pod.object().at({"spec", "affinity", kind, "requiredDuringSchedulingIgnoredDuringExecution"})) {
      for (Value& term : terms->items()) merge_affinity_keys(term, labels, arena);
    }
    if (Value* terms =
            pod.object().at({"spec", "affinity", kind, "preferredDuringSchedulingIgnoredDuringExecution"})) {
      for (Value& term : terms->items()) {
        if (Value* inner = term.find("podAffinityTerm")) merge_affinity_keys(*inner, labels, arena);
      }
    }
  }
  if (Value* constraints = pod.object().at({"spec", "topologySpreadConstraints"})) {
    for (Value& constraint : constraints->items())
      merge_label_keys(constraint, "matchLabelKeys", "In", labels, arena);
  }
}

void prepare_pod(Filler& pod, const rest::RequestContext&) {
  Filler status = pod.in("status");
  status.set("phase", Value::string("Pending"));
  status.set("qosClass", Value::string(quality_of_service(pod.object())));
  merge_keys(pod);
  Filler spec = pod.in("spec");
  for (std::string_view list : {"containers", "initContainers"}) {
    Value* containers = spec.find(list);
    for (std::uint32_t i = 0; containers != nullptr && i < containers->size(); ++i)
      drop_alpha(containers->items()[i]);
  }
  if (!items_at(std::as_const(pod.object()), {"spec", "schedulingGates"}).empty())
    add_gated_condition(status, pod.arena());
}

void validate_pod(const Value& pod, FieldErrors& errors) {
  static const Value kNone;
  const Value* spec = pod.find("spec");
  validate_pod_spec(spec == nullptr ? kNone : *spec, FieldPath("spec"), errors,
                    pod.string_at({"metadata", "name"}));
}

void validate_new_pod(const Value& pod, FieldErrors& errors) {
  validate_pod(pod, errors);
  Field ephemeral = Field(pod, errors)["spec"]["ephemeralContainers"];
  if (!ephemeral.empty()) ephemeral.forbidden("cannot be set on create");
}

void validate_pod_update(const Value& pod, const Value& old, FieldErrors& errors) {
  validate_pod(pod, errors);
  check_pod_update(pod, old, errors);
}

/// The first of several addresses is the single one, and the class of a pod stays.
void prepare_pod_status(Filler& pod, const Value& old) {
  Filler status = pod.in("status");
  json::Arena& arena = pod.arena();
  for (auto [single, list] :
       {std::pair<std::string_view, std::string_view>{"podIP", "podIPs"}, {"hostIP", "hostIPs"}}) {
    const Value* ips = std::as_const(status.object()).find(list);
    std::string_view one = status.text(single);
    if (one.empty() && ips != nullptr && !ips->empty()) {
      status.set(single, Value::string(ips->items()[0].string_at({"ip"}), arena));
    } else if (!one.empty() && (ips == nullptr || ips->empty())) {
      Value entry = Value::object(arena), made = Value::array(arena);
      entry.append_member("ip", Value::string(one, arena), arena);
      made.push_back(entry, arena);
      status.set(list, made);
    }
  }
  const Value* quality = old.at({"status", "qosClass"});
  if (status.text("qosClass").empty() && quality != nullptr) status.set("qosClass", *quality);
}

/// A container that has ended does not run again where nothing restarts it.
void check_container_states(const Field& status, const Value& old, std::string_view list,
                            std::string_view restart_policy) {
  if (restart_policy == "Always") return;
  status[list].each([&](const Field& now) {
    for (const Value& before : items_at(old, {"status", list})) {
      if (before.string_at({"name"}) != now["name"].text()) continue;
      const Value* ended = before.at({"state", "terminated"});
      if (ended == nullptr || ended->is_null() || now["state"]["terminated"]) continue;
      const Value* code = ended->find("exitCode");
      if (restart_policy == "OnFailure" && code != nullptr && code->int_or(0) != 0) continue;
      now["state"].forbidden("may not be transitioned to non-terminated state");
    }
  });
}

void check_ips(const Field& status) {
  Field ips = status["podIPs"];
  ips.each([](const Field& ip) { check_ip(ip["ip"].reported_at(ip.path()), AddressForm::kLegacy); });
  status["hostIPs"].each(
      [](const Field& ip) { check_ip(ip["ip"].reported_at(ip.path()), AddressForm::kLegacy); });
}

void validate_pod_status(const Value& pod, const Value& old, FieldErrors& errors) {
  Field status = Field(pod, errors)["status"];
  status["conditions"].each([](const Field& condition) {
    for (const std::string& problem : meta::qualified_name_problems(condition["type"].text())) {
      condition["Type"].invalid(condition["type"].text(), problem);
    }
  });
  if (!status["nominatedNodeName"].text().empty())
    check_name(status["nominatedNodeName"], meta::dns_subdomain_problems);
  std::string_view restart = old.string_at({"spec", "restartPolicy"});
  check_container_states(status, old, "containerStatuses", restart);
  check_container_states(status, old, "initContainerStatuses", restart);
  check_ips(status);
  check_immutable(status["qosClass"], Field(old, errors)["status"]["qosClass"]);
}

void validate_other_door(std::string_view subresource, const Value& pod, const Value& old,
                         FieldErrors& errors) {
  if (subresource == "ephemeralcontainers") {
    validate_pod(pod, errors);
    check_ephemeral_update(pod, old, errors);
  } else if (subresource == "resize") {
    validate_pod(pod, errors);
    check_resize(pod, old, errors);
  }
}

constexpr KindRules kRules[] = {
    {.group = "",
     .resource = "pods",
     .prepare_create = prepare_pod,
     .prepare_status_update = prepare_pod_status,
     .validate = validate_new_pod,
     .validate_update = validate_pod_update,
     .update_judged_alone = true,
     .validate_status_update = validate_pod_status,
     .validate_subresource_update = validate_other_door,
     .warn = warn_of_pod},
};

}  // namespace

std::string_view quality_of_service(const Value& pod) {
  bool any = false, guaranteed = true;
  for (std::string_view resource : {"cpu", "memory"}) {
    Sums sums;
    for (std::string_view list : {"containers", "initContainers"}) {
      for (const Value& container : items_at(pod, {"spec", list})) add(container, resource, sums);
    }
    any = any || sums.any;
    guaranteed = guaranteed && sums.any && sums.all_limited && sums.requests == sums.limits;
  }
  if (!any) return "BestEffort";
  return guaranteed ? "Guaranteed" : "Burstable";
}

std::span<const KindRules> rules() { return kRules; }

}  // namespace pedalion::registry::builtin::kinds::pods
