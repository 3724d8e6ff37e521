// Pods: their first state, their quality of service, and what an update may change.
#include <optional>

#include "pedalion/apimachinery/meta/quantity.h"
#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/pods/pods.h"

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

void prepare_pod(Filler& pod, const rest::RequestContext&) {
  Filler status = pod.in("status");
  status.set("phase", Value::string("Pending"));
  status.set("qosClass", Value::string(quality_of_service(pod.object())));
}

/// What a running pod may become: other images, a sooner deadline, more tolerations. The rest is compared.
bool changes_more_than_allowed(const Value& pod, const Value& old) {
  json::Arena arena;
  Value wanted = json::deep_copy(*pod.find("spec"), arena);
  const Value& present = *old.find("spec");
  auto keep = [&](std::string_view field) {
    const Value* value = present.find(field);
    if (value == nullptr) {
      wanted.erase(field);
    } else {
      wanted.set(field, *value, arena);
    }
  };
  for (std::string_view field : {"activeDeadlineSeconds", "tolerations", "schedulingGates"}) keep(field);
  if (!items_at(old, {"spec", "schedulingGates"}).empty()) {
    for (std::string_view field : {"nodeSelector", "affinity"}) keep(field);
  }
  const Value* grace = present.find("terminationGracePeriodSeconds");
  if (grace != nullptr && grace->int_or(0) < 0) keep("terminationGracePeriodSeconds");
  for (std::string_view list : {"containers", "initContainers"}) {
    Value* containers = wanted.find(list);
    const Value* before = present.find(list);
    if (containers == nullptr || before == nullptr || containers->size() != before->size()) continue;
    for (std::uint32_t i = 0; i < before->size(); ++i) {
      const Value* image = before->items()[i].find("image");
      if (image != nullptr) containers->items()[i].set("image", *image, arena);
    }
  }
  return !json::equal(wanted, present);
}

void validate_pod_update(const Value& pod, const Value& old, meta::FieldErrors& errors) {
  if (!pod.find("spec") || !old.find("spec") || !changes_more_than_allowed(pod, old)) return;
  errors.push_back(FieldError::forbidden(
      FieldPath("spec"),
      "pod updates may not change fields other than `spec.containers[*].image`,"
      "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to "
      "existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was "
      "previously "
      "negative)"));
}

void validate_pod(const Value& pod, meta::FieldErrors& errors) {
  const Value* spec = pod.find("spec");
  if (spec != nullptr) validate_pod_spec(*spec, FieldPath("spec"), errors);
}

void validate_container(const Value& container, const FieldPath& path, meta::FieldErrors& errors) {
  std::string_view name = container.string_at({"name"});
  if (name.empty()) {
    errors.push_back(FieldError::required(path.child("name"), ""));
  } else {
    for (const std::string& problem : meta::dns_label_problems(name)) {
      errors.push_back(FieldError::invalid(path.child("name"), name, problem));
    }
  }
  std::string_view image = container.string_at({"image"});
  if (image.empty()) {
    errors.push_back(FieldError::required(path.child("image"), ""));
  } else if (image.front() == ' ' || image.back() == ' ') {
    errors.push_back(
        FieldError::invalid(path.child("image"), image, "must not have leading or trailing whitespace"));
  }
  static constexpr std::string_view kPolicies[] = {"Always", "IfNotPresent", "Never"};
  std::string_view policy = container.string_at({"imagePullPolicy"});
  if (!policy.empty() && policy != "Always" && policy != "IfNotPresent" && policy != "Never") {
    errors.push_back(FieldError::not_supported(path.child("imagePullPolicy"), policy, kPolicies));
  }
}

constexpr KindRules kRules[] = {
    {.group = "",
     .resource = "pods",
     .prepare_create = prepare_pod,
     .validate = validate_pod,
     .validate_update = validate_pod_update,
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

void validate_pod_spec(const Value& spec, const FieldPath& path, meta::FieldErrors& errors) {
  const Value* containers = spec.find("containers");
  if (containers == nullptr || containers->empty()) {
    errors.push_back(FieldError::required(path.child("containers"), ""));
    return;
  }
  std::vector<std::string_view> names;
  std::size_t index = 0;
  for (const Value& container : containers->items()) {
    FieldPath at = path.child("containers").index(index++);
    validate_container(container, at, errors);
    std::string_view name = container.string_at({"name"});
    for (std::string_view seen : names) {
      if (seen == name && !name.empty()) errors.push_back(FieldError::duplicate(at.child("name"), name));
    }
    names.push_back(name);
  }
}

std::span<const KindRules> rules() { return kRules; }

}  // namespace pedalion::registry::builtin::kinds::pods
