#include "pedalion/apimachinery/quota/pod_resources.h"

namespace pedalion::quota {
namespace {

using json::Value;

std::string_view member_of(Requirement which) {
  return which == Requirement::kRequests ? "requests" : "limits";
}

bool pod_may_say(std::string_view name) {
  return name == "cpu" || name == "memory" || name.starts_with("hugepages-");
}

const Value* status_of(const Value& pod, std::string_view list, std::string_view container) {
  const Value* statuses = pod.at({"status", list});
  if (statuses == nullptr) return nullptr;
  for (const Value& status : statuses->items()) {
    if (status.string_at({"name"}) == container) return &status;
  }
  return nullptr;
}

/// A resize that cannot be done: the pod keeps what it has.
bool resize_is_infeasible(const Value& pod) {
  const Value* conditions = pod.at({"status", "conditions"});
  if (conditions == nullptr) return false;
  for (const Value& condition : conditions->items()) {
    if (condition.string_at({"type"}) == "PodResizePending" &&
        condition.string_at({"reason"}) == "Infeasible")
      return true;
  }
  return false;
}

class Sum {
 public:
  Sum(const Value& pod, Requirement which, Counting counting)
      : pod_(pod), which_(which), counting_(counting), infeasible_(resize_is_infeasible(pod)) {}

  Result<ResourceList> of_containers() const {
    ResourceList total, restartable, greatest_init;
    for (const Value& container : list("containers")) {
      TRY(ResourceList own, resources(container, "containerStatuses"));
      add(total, own);
    }
    for (const Value& container : list("initContainers")) {
      TRY(ResourceList needed, resources(container, "initContainerStatuses"));
      if (container.string_at({"restartPolicy"}) == "Always") {
        add(total, needed);
        add(restartable, needed);
        needed = restartable;
      } else {
        add(needed, restartable);
      }
      raise(greatest_init, needed);
    }
    raise(total, greatest_init);
    return total;
  }

 private:
  std::span<const Value> list(std::string_view name) const {
    const Value* containers = pod_.at({"spec", name});
    return containers == nullptr ? std::span<const Value>() : containers->items();
  }

  Result<ResourceList> resources(const Value& container, std::string_view statuses) const {
    TRY(ResourceList own, container_resources(container, which_));
    if (counting_ == Counting::kSpec) return own;
    const Value* status = status_of(pod_, statuses, container.string_at({"name"}));
    if (status == nullptr) return own;
    TRY(ResourceList actual, read_resource_list(status->at({"resources", member_of(which_)})));
    if (which_ == Requirement::kRequests) {
      TRY(ResourceList allocated, read_resource_list(status->find("allocatedResources")));
      raise(actual, allocated);
    }
    if (infeasible_ && !actual.empty()) return actual;
    raise(own, actual);
    return own;
  }

  const Value& pod_;
  const Requirement which_;
  const Counting counting_;
  const bool infeasible_;
};

/// What the pod says for itself, and what it was given and has not yet given back.
Result<ResourceList> said_by_pod(const Value& pod, Requirement which, Counting counting) {
  TRY(ResourceList said, read_resource_list(pod.at({"spec", "resources", member_of(which)})));
  const Value* actual = pod.at({"status", "resources"});
  if (counting == Counting::kSpec || said.empty() || actual == nullptr) return said;
  if (resize_is_infeasible(pod)) said.clear();
  TRY(ResourceList given, read_resource_list(actual->find(member_of(which))));
  raise(said, given);
  if (which == Requirement::kRequests) {
    TRY(ResourceList allocated, read_resource_list(pod.at({"status", "allocatedResources"})));
    raise(said, allocated);
  }
  return said;
}

}  // namespace

Result<ResourceList> container_resources(const Value& container, Requirement which) {
  return read_resource_list(container.at({"resources", member_of(which)}));
}

bool has_own_resources(const Value& pod) {
  for (Requirement which : {Requirement::kRequests, Requirement::kLimits}) {
    const Value* amounts = pod.at({"spec", "resources", member_of(which)});
    if (amounts == nullptr) continue;
    for (const json::Member& amount : amounts->members()) {
      if (pod_may_say(amount.name)) return true;
    }
  }
  return false;
}

Result<ResourceList> pod_resources(const Value& pod, Requirement which, Counting counting) {
  TRY(ResourceList total, Sum(pod, which, counting).of_containers());
  TRY(ResourceList said, said_by_pod(pod, which, counting));
  for (auto& [name, amount] : said) {
    if (pod_may_say(name)) total.insert_or_assign(name, std::move(amount));
  }
  if (counting == Counting::kSpec) return total;
  TRY(ResourceList overhead, read_resource_list(pod.at({"spec", "overhead"})));
  // Overhead makes no limit where there is none.
  if (which == Requirement::kLimits) overhead = masked(overhead, names_of(without_zeros(total)));
  add(total, overhead);
  return total;
}

}  // namespace pedalion::quota
