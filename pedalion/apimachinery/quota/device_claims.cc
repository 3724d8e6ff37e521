// What claims of devices use: devices by their class, and by the extended resources that stand for the class.
#include <algorithm>
#include <vector>

#include "pedalion/apimachinery/quota/pod_resources.h"
#include "pedalion/apimachinery/quota/resource_names.h"
#include "pedalion/apimachinery/quota/rules.h"

namespace pedalion::quota {
namespace {

using json::Value;
using meta::Quantity;

constexpr std::string_view kOfClass = ".deviceclass.resource.k8s.io/devices";
constexpr std::string_view kImplicit = "requests.deviceclass.resource.kubernetes.io/";
constexpr std::string_view kAnnotation = "resource.kubernetes.io/extended-resource-claim";
/// As many as an allocation can hold: what `All` may come to.
constexpr std::int64_t kMostDevices = 32;

bool counts(std::string_view name) { return name.ends_with(kOfClass) || is_extended_request(name); }

const Value* controller_of(const Value& object) {
  for (const Value& owner : items_at(object, {"metadata", "ownerReferences"})) {
    const Value* controls = owner.find("controller");
    if (controls != nullptr && controls->bool_or(false)) return &owner;
  }
  return nullptr;
}

/// An extended resource that a pod asks for, by its name in quotas.
struct Asked {
  std::string name;
  Quantity amount;
};

bool is_asked_by_pods(std::string_view name) {
  return is_extended_resource(name) || is_device_class_resource(name);
}

/// One each for what containers ask for, and for what init containers need beyond that.
Result<std::vector<Asked>> asked_by(const Value& pod) {
  std::vector<Asked> asked;
  ResourceList sums;
  for (std::string_view list : {"initContainers", "containers"}) {
    for (const Value& container : items_at(pod, {"spec", list})) {
      bool ends = list == "initContainers" && container.string_at({"restartPolicy"}) != "Always";
      TRY(ResourceList requests, container_resources(container, Requirement::kRequests));
      for (const auto& [name, amount] : requests) {
        if (!is_asked_by_pods(name)) continue;
        if (ends) {
          sums.insert_or_assign(name, Quantity());
          continue;
        }
        asked.push_back({std::string(kRequestsPrefix) + name, amount});
        sums[name] += amount;
      }
    }
  }
  TRY(ResourceList needed, pod_resources(pod, Requirement::kRequests, Counting::kSpec));
  for (const auto& [name, sum] : sums) {
    const Quantity* most = find_amount(needed, name);
    if (most == nullptr || *most <= sum) continue;
    Quantity rest = *most;
    asked.push_back({std::string(kRequestsPrefix) + name, rest -= sum});
  }
  return asked;
}

bool is_owner(const Value& pod, const Value& claim) {
  const Value* controller = controller_of(claim);
  if (controller == nullptr || controller->string_at({"uid"}) != pod.string_at({"metadata", "uid"}))
    return false;
  const Value* status = pod.at({"status", "extendedResourceClaimStatus"});
  return status == nullptr ||
         status->string_at({"resourceClaimName"}) == claim.string_at({"metadata", "name"});
}

/// Charges devices of one claim under all their names.
class Charging {
 public:
  static Result<Charging> of(const Value& claim, const Surroundings& surroundings) {
    Charging charging(surroundings);
    const Value* owner = surroundings.owner;
    if (owner != nullptr && !extended_resource_owner(claim).empty() && is_owner(*owner, claim)) {
      TRY(charging.asked_, asked_by(*owner));
    }
    return charging;
  }

  /// What the pod has already been charged for under one name is charged under the others only.
  void add(std::string_view device_class, std::int64_t devices, ResourceList& usage) {
    Quantity amount(devices);
    usage[std::string(device_class) + std::string(kOfClass)] += amount;
    std::string implicit = std::string(kImplicit) + std::string(device_class);
    auto found = surroundings_.extended_names.find(device_class);
    bool has_explicit = found != surroundings_.extended_names.end();
    std::string explicit_name = has_explicit ? std::string(kRequestsPrefix) + found->second : "";
    bool implicit_asked = take(implicit, amount);
    bool explicit_asked = !implicit_asked && has_explicit && take(explicit_name, amount);
    if (!implicit_asked) usage[implicit] += amount;
    if (has_explicit && !explicit_asked) usage[explicit_name] += amount;
  }

 private:
  explicit Charging(const Surroundings& surroundings) : surroundings_(surroundings) {}

  bool take(std::string_view name, const Quantity& amount) {
    auto found = std::ranges::find_if(
        asked_, [&](const Asked& asked) { return asked.name == name && asked.amount == amount; });
    if (found == asked_.end()) return false;
    asked_.erase(found);
    return true;
  }

  const Surroundings& surroundings_;
  std::vector<Asked> asked_;  // what the owner has been charged for
};

/// Of a request or of one of its alternatives. Unknown modes count nothing.
std::int64_t devices_of(const Value& request) {
  auto mode = request.string_at({"allocationMode"});
  if (mode == "All") return kMostDevices;
  const Value* count = request.find("count");
  return mode == "ExactCount" && count != nullptr ? count->int_or(0) : 0;
}

/// The worst case of each class. As kube-apiserver counts: an alternative that asks for more than those
/// before it comes on top of them.
void add_alternatives(std::span<const Value> alternatives, Charging& charging, ResourceList& usage) {
  ResourceList worst;
  for (const Value& alternative : alternatives) {
    auto device_class = alternative.string_at({"deviceClassName"});
    std::int64_t devices = devices_of(alternative);
    const Quantity* before = find_amount(worst, std::string(device_class) + std::string(kOfClass));
    if (Quantity(devices) > (before == nullptr ? Quantity() : *before))
      charging.add(device_class, devices, worst);
  }
  add(usage, worst);
}

Result<void> use(const Value& claim, const Surroundings& surroundings, ResourceList& usage) {
  TRY(Charging charging, Charging::of(claim, surroundings));
  for (const Value& request : items_at(claim, {"spec", "devices", "requests"})) {
    if (auto alternatives = items_at(request, {"firstAvailable"}); !alternatives.empty()) {
      add_alternatives(alternatives, charging, usage);
    } else if (const Value* exactly = request.find("exactly")) {
      charging.add(exactly->string_at({"deviceClassName"}), devices_of(*exactly), usage);
    }
  }
  return {};
}

}  // namespace

constinit const Rules kDeviceClaimRules{"resource.k8s.io", "resourceclaims", counts, nullptr, use, nullptr};

std::string_view extended_resource_owner(const Value& claim) {
  if (claim.string_at({"metadata", "annotations", kAnnotation}) != "true") return {};
  const Value* controller = controller_of(claim);
  if (controller == nullptr || controller->string_at({"kind"}) != "Pod" ||
      controller->string_at({"apiVersion"}) != "v1")
    return {};
  return controller->string_at({"name"});
}

}  // namespace pedalion::quota
