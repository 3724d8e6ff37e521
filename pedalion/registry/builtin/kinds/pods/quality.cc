#include "pedalion/registry/builtin/kinds/pods/quality.h"

#include "pedalion/registry/builtin/defaults/pod_resources.h"
#include "pedalion/registry/builtin/kinds/kind_rules.h"

namespace pedalion::registry::builtin::kinds::pods {

namespace {

using defaults::Amounts;

/// What counts: cpu and memory, over all containers, or the pod's own.
struct Totals {
  Amounts requests, limits;
  bool all_limited = true;

  void add(const Value* resources) {
    sum(resources, "requests", requests);
    if (sum(resources, "limits", limits) < 2) all_limited = false;
  }

 private:
  /// How many of the two resources are there.
  static int sum(const Value* resources, std::string_view list, Amounts& into) {
    int found = 0;
    for (const auto& [name, amount] :
         defaults::amounts_of(resources == nullptr ? nullptr : resources->find(list))) {
      if ((name != "cpu" && name != "memory") || amount.sign() <= 0) continue;
      ++found;
      auto [entry, made] = into.try_emplace(name, amount);
      if (!made) entry->second += amount;
    }
    return found;
  }
};

}  // namespace

std::string_view quality_of_service(const Value& pod) {
  Totals totals;
  const Value* own = pod.at({"spec", "resources"});
  if (own != nullptr && own->is_object()) {
    totals.add(own);
    const Value* limits = own->find("limits");
    if (limits == nullptr || limits->empty()) totals.all_limited = true;
  } else {
    for (std::string_view list : {"containers", "initContainers"}) {
      for (const Value& container : items_at(pod, {"spec", list})) totals.add(container.find("resources"));
    }
  }
  if (totals.requests.empty() && totals.limits.empty()) return "BestEffort";
  return totals.all_limited && totals.requests == totals.limits ? "Guaranteed" : "Burstable";
}

}  // namespace pedalion::registry::builtin::kinds::pods
