#include "pedalion/controllers/namespaces/content.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "pedalion/apimachinery/json/write.h"
#include "pedalion/controllers/conditions.h"

namespace pedalion::controllers::namespaces {
namespace {

constexpr std::string_view kFinalizer = "kubernetes";

/// How Go prints a GroupVersionResource.
std::string go_text(const meta::GroupVersionResource& resource) {
  return fmt::format("{}/{}, Resource={}", resource.group, resource.version, resource.resource);
}

/// "pods. has 2 resource instances", as the original writes it.
std::string join_counts(const std::map<std::string, int>& counts, std::string_view verb) {
  std::vector<std::string> parts;
  for (const auto& [name, count] : counts)
    parts.push_back(fmt::format("{} {} {} resource instances", name, verb, count));
  std::ranges::sort(parts);
  return fmt::format("{}", fmt::join(parts, ", "));
}

struct Texts {
  std::string_view type, good_reason, good_message, bad_reason;
};
constexpr std::string_view kRemoved = "All content successfully removed";
constexpr Texts kDiscovery{"NamespaceDeletionDiscoveryFailure", "ResourcesDiscovered",
                           "All resources successfully discovered", "DiscoveryFailed"};
constexpr Texts kParsing{"NamespaceDeletionGroupVersionParsingFailure", "ParsedGroupVersions",
                         "All legacy kube types successfully parsed", "GroupVersionParsingFailed"};
constexpr Texts kDeletion{"NamespaceDeletionContentFailure", "ContentDeleted",
                          "All content successfully deleted, may be waiting on finalization",
                          "ContentDeletionFailed"};
constexpr Texts kRemaining{"NamespaceContentRemaining", "ContentRemoved", kRemoved, "SomeResourcesRemain"};
constexpr Texts kFinalizers{"NamespaceFinalizersRemaining", "ContentRemoved", kRemoved,
                            "SomeFinalizerRemain"};

std::string discovery_text(const std::vector<std::string>& stale) {
  if (stale.empty()) return {};
  std::vector<std::string> parts;
  for (const auto& name : stale) parts.push_back(fmt::format("{0}: stale GroupVersion discovery: {0}", name));
  return fmt::format(
      "Discovery failed for some groups, {} failing: unable to retrieve the complete list of server APIs: {}",
      stale.size(), fmt::join(parts, ", "));
}

std::string deletion_text(std::vector<std::string> failures) {
  if (failures.empty()) return {};
  std::ranges::sort(failures);
  return fmt::format("Failed to delete all resource types, {} remaining: {}", failures.size(),
                     fmt::join(failures, ", "));
}

std::string counts_text(std::string_view what, const std::map<std::string, int>& counts,
                        std::string_view verb) {
  return counts.empty() ? std::string()
                        : fmt::format("Some {} are remaining: {}", what, join_counts(counts, verb));
}

}  // namespace

void add_remaining(const meta::GroupVersionResource& resource, std::string_view namespace_name,
                   const json::Value& objects, std::int64_t grace, Content& content) {
  content.estimate = std::max(content.estimate, grace);
  const auto* items = objects.find("items");
  if (items == nullptr || items->empty()) return;
  content.remaining[resource.resource + "." + resource.group] += static_cast<int>(items->size());
  bool finalizers = false;
  for (const auto& item : items->items()) {
    const auto* names = item.at({"metadata", "finalizers"});
    if (names == nullptr) continue;
    for (const auto& name : names->items()) {
      ++content.finalizers[std::string(name.string_or())];
      finalizers = true;
    }
  }
  if (grace != 0) return;
  if (finalizers) {
    content.estimate = std::max(content.estimate, kFinalizerEstimate);
    return;
  }
  content.failures.push_back(fmt::format("unexpected items still remain in namespace: {} for gvr: {}",
                                         namespace_name, go_text(resource)));
}

std::int64_t grace_of_pods(const json::Value& pods, std::int64_t seconds_since_deletion) {
  std::int64_t grace = 0;
  if (const auto* items = pods.find("items")) {
    for (const auto& pod : items->items()) {
      auto phase = pod.string_at({"status", "phase"});
      if (phase == "Succeeded" || phase == "Failed") continue;
      if (const auto* period = pod.at({"spec", "terminationGracePeriodSeconds"}))
        grace = std::max(grace, period->int_or(0));
    }
  }
  return seconds_since_deletion >= grace ? 0 : grace;
}

bool update_conditions(const Content& content, json::Value& status, std::string_view now,
                       json::Arena& arena) {
  bool changed = false;
  auto put = [&](const Texts& texts, const std::string& problem) {
    Condition condition{texts.type, "False", texts.good_reason, texts.good_message};
    if (!problem.empty()) condition = {texts.type, "True", texts.bad_reason, problem};
    changed |= set_condition(status, condition, now, arena);
  };
  put(kDiscovery, discovery_text(content.stale));
  put(kParsing, {});
  put(kDeletion, deletion_text(content.failures));
  put(kRemaining, counts_text("resources", content.remaining, "has"));
  put(kFinalizers, counts_text("finalizers", content.finalizers, "in"));
  return changed;
}

bool has_finalizer(const json::Value& namespace_object) {
  const auto* finalizers = namespace_object.at({"spec", "finalizers"});
  return finalizers != nullptr && !finalizers->empty();
}

std::string finalized(const json::Value& namespace_object) {
  json::Arena arena;
  auto copy = json::deep_copy(namespace_object, arena);
  auto left = json::Value::array(arena);
  if (const auto* finalizers = copy.at({"spec", "finalizers"})) {
    for (const auto& name : finalizers->items()) {
      if (name.string_or() != kFinalizer) left.push_back(name, arena);
    }
  }
  copy.object_at("spec", arena).set("finalizers", left, arena);
  return json::to_string(copy);
}

}  // namespace pedalion::controllers::namespaces
