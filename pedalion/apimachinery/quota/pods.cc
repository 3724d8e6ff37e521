// What pods use.
#include <algorithm>
#include <map>
#include <set>

#include "pedalion/apimachinery/quota/pod_resources.h"
#include "pedalion/apimachinery/quota/resource_names.h"
#include "pedalion/apimachinery/quota/rules.h"

namespace pedalion::quota {
namespace {

using json::Value;

constexpr std::string_view kComputing[] = {"cpu", "memory", "ephemeral-storage"};
/// Where a quota counts one of these, every container must say it. Kept for old clients: none may be added.
constexpr std::string_view kMustBeSaid[] = {"cpu",        "memory",       "requests.cpu", "requests.memory",
                                            "limits.cpu", "limits.memory"};

bool is_computing(std::string_view name) {
  return std::ranges::find(kComputing, name) != std::end(kComputing);
}

bool counts(std::string_view name) {
  if (name == "pods" || is_computing(name) || is_huge_page_resource(name)) return true;
  if (name.starts_with("limits.")) return is_computing(name.substr(7));
  if (!name.starts_with(kRequestsPrefix)) return false;
  std::string_view requested = name.substr(kRequestsPrefix.size());
  return is_computing(requested) || is_huge_page_resource(requested) || is_extended_request(name);
}

/// Requests and limits under the names that quotas give them.
void add_amounts(const ResourceList& requests, const ResourceList& limits, ResourceList& usage) {
  for (const auto& [name, amount] : requests) {
    bool plain = is_computing(name) || is_huge_page_resource(name);
    if (plain) usage.insert_or_assign(name, amount);
    if (plain || is_extended_resource(name) || is_device_class_resource(name))
      usage.insert_or_assign(std::string(kRequestsPrefix) + name, amount);
  }
  for (const auto& [name, amount] : limits) {
    if (is_computing(name)) usage.insert_or_assign("limits." + name, amount);
  }
}

/// Neither ended nor overdue in ending.
Result<bool> is_live(const Value& pod, const meta::Instant& now) {
  auto phase = pod.string_at({"status", "phase"});
  if (phase == "Failed" || phase == "Succeeded") return false;
  auto deleted = pod.string_at({"metadata", "deletionTimestamp"});
  const Value* grace = pod.at({"metadata", "deletionGracePeriodSeconds"});
  if (deleted.empty() || grace == nullptr) return true;
  TRY(meta::Instant end, meta::parse_time(deleted));
  end.seconds += grace->int_or(0);
  return now.seconds < end.seconds || (now.seconds == end.seconds && now.nanos <= end.nanos);
}

Result<void> use(const Value& pod, const Surroundings& surroundings, ResourceList& usage) {
  TRY(bool live, is_live(pod, surroundings.now));
  if (!live) return {};
  TRY(ResourceList requests, pod_resources(pod, Requirement::kRequests, Counting::kOverheadAndStatus));
  TRY(ResourceList limits, pod_resources(pod, Requirement::kLimits, Counting::kOverheadAndStatus));
  usage.emplace("pods", meta::Quantity(1));
  add_amounts(requests, limits, usage);
  return {};
}

Result<std::string> missing(const ResourceNames& names, const Value& pod) {
  if (has_own_resources(pod)) return std::string();
  std::map<std::string_view, std::set<std::string_view>> silent;  // name to containers
  for (std::string_view list : {"containers", "initContainers"}) {
    for (const Value& container : items_at(pod, {"spec", list})) {
      TRY(ResourceList requests, container_resources(container, Requirement::kRequests));
      TRY(ResourceList limits, container_resources(container, Requirement::kLimits));
      ResourceList said;
      add_amounts(requests, limits, said);
      for (std::string_view name : kMustBeSaid) {
        if (names.contains(name) && !said.contains(name)) silent[name].insert(container.string_at({"name"}));
      }
    }
  }
  std::string text;
  for (const auto& [name, containers] : silent) {
    text.append(text.empty() ? "must specify " : "; ").append(name).append(" for: ");
    for (bool first = true; std::string_view container : containers) {
      text.append(std::exchange(first, false) ? "" : ",").append(container);
    }
  }
  return text;
}

bool asks_for_computing(const Value* resources) {
  if (resources == nullptr) return false;
  for (std::string_view which : {"requests", "limits"}) {
    auto amounts = read_resource_list(resources->find(which));
    if (!amounts) return true;
    for (std::string_view name : {"cpu", "memory"}) {
      const meta::Quantity* amount = find_amount(*amounts, name);
      if (amount != nullptr && amount->sign() > 0) return true;
    }
  }
  return false;
}

bool is_best_effort(const Value& pod) {
  if (auto known = pod.string_at({"status", "qosClass"}); !known.empty()) return known == "BestEffort";
  if (const Value* own = pod.at({"spec", "resources"})) return !asks_for_computing(own);
  for (std::string_view list : {"containers", "initContainers"}) {
    for (const Value& container : items_at(pod, {"spec", list})) {
      if (asks_for_computing(container.find("resources"))) return false;
    }
  }
  return true;
}

bool is_terminating(const Value& pod) {
  const Value* deadline = pod.at({"spec", "activeDeadlineSeconds"});
  return deadline != nullptr && deadline->int_or(-1) >= 0;
}

bool crosses_namespaces(const Value& term) {
  const Value *namespaces = term.find("namespaces"), *selector = term.find("namespaceSelector");
  return (namespaces != nullptr && !namespaces->empty()) || (selector != nullptr && selector->is_object());
}

bool uses_other_namespaces(const Value& pod) {
  for (std::string_view kind : {"podAffinity", "podAntiAffinity"}) {
    auto required =
        items_at(pod, {"spec", "affinity", kind, "requiredDuringSchedulingIgnoredDuringExecution"});
    if (std::ranges::any_of(required, crosses_namespaces)) return true;
    for (const Value& weighted :
         items_at(pod, {"spec", "affinity", kind, "preferredDuringSchedulingIgnoredDuringExecution"})) {
      const Value* term = weighted.find("podAffinityTerm");
      if (term != nullptr && crosses_namespaces(*term)) return true;
    }
  }
  return false;
}

bool in_scope(const ScopeRequirement& scope, const Value& pod) {
  if (scope.scope == "Terminating") return is_terminating(pod);
  if (scope.scope == "NotTerminating") return !is_terminating(pod);
  if (scope.scope == "BestEffort") return is_best_effort(pod);
  if (scope.scope == "NotBestEffort") return !is_best_effort(pod);
  if (scope.scope == "CrossNamespacePodAffinity") return uses_other_namespaces(pod);
  if (scope.scope != "PriorityClass") return false;
  auto name = pod.string_at({"spec", "priorityClassName"});
  return scope.holds(name.empty() ? std::nullopt : std::optional(name));
}

}  // namespace

constinit const Rules kPodRules{"", "pods", counts, in_scope, use, missing};

}  // namespace pedalion::quota
