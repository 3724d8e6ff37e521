#include "pedalion/controllers/pods.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <map>
#include <tuple>

#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/controllers/conditions.h"

namespace pedalion::controllers {
namespace {

constexpr std::string_view kDeletionCost = "controller.kubernetes.io/pod-deletion-cost";
/// What apimachinery's rand makes names of.
constexpr std::string_view kSafeLetters = "bcdfghjklmnpqrstvwxz2456789";

std::int64_t seconds_at(const json::Value& object, std::initializer_list<std::string_view> path) {
  auto time = meta::parse_time(object.string_at(path));
  return time ? time->seconds : 0;
}

int phase_rank(std::string_view phase) { return phase == "Running" ? 2 : phase == "Unknown" ? 1 : 0; }

/// Times count on a logarithmic scale: a pod twice as old is not twice as precious.
int age_rank(std::int64_t since, std::int64_t now) {
  if (since == 0 || since > now) return -1;
  return std::bit_width(static_cast<std::uint64_t>(now - since));
}

}  // namespace

PodView read_pod(const json::Value& pod) {
  PodView view;
  view.name = pod.string_at({"metadata", "name"});
  view.uid = pod.string_at({"metadata", "uid"});
  view.node = pod.string_at({"spec", "nodeName"});
  view.phase = pod.string_at({"status", "phase"});
  view.deleted = !pod.string_at({"metadata", "deletionTimestamp"}).empty();
  view.created = seconds_at(pod, {"metadata", "creationTimestamp"});
  if (const auto* annotations = pod.at({"metadata", "annotations"})) {
    auto cost = annotations->string_at({kDeletionCost});
    std::from_chars(cost.data(), cost.data() + cost.size(), view.deletion_cost);
  }
  const auto* status = pod.find("status");
  if (status == nullptr) return view;
  if (const auto* ready = find_condition(*status, "Ready")) {
    view.ready = ready->string_at({"status"}) == "True";
    if (view.ready) view.ready_since = seconds_at(*ready, {"lastTransitionTime"});
  }
  if (const auto* containers = status->find("containerStatuses")) {
    for (const auto& container : containers->items()) {
      if (const auto* count = container.find("restartCount"))
        view.restarts = std::max(view.restarts, count->int_or(0));
    }
  }
  return view;
}

void sort_for_deletion(std::vector<PodView>& pods, std::int64_t now) {
  std::map<std::string, int> on_node;
  for (const auto& pod : pods) {
    if (!pod.node.empty()) ++on_node[pod.node];
  }
  auto rank = [&](const PodView& pod) {
    int beside = pod.node.empty() ? 0 : on_node[pod.node];
    return std::tuple(!pod.node.empty(), phase_rank(pod.phase), pod.ready, pod.deletion_cost, -beside,
                      pod.ready ? age_rank(pod.ready_since, now) : 0, -pod.restarts,
                      age_rank(pod.created, now), std::string_view(pod.uid));
  };
  std::ranges::sort(pods, [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
}

json::Value pod_from_template(const json::Value& pod_template, std::string_view namespace_name,
                              std::string_view prefix, const Owner& owner, json::Arena& arena) {
  auto pod = json::Value::object(arena);
  pod.set("apiVersion", json::Value::string("v1"), arena);
  pod.set("kind", json::Value::string("Pod"), arena);
  auto& metadata = pod.object_at("metadata", arena);
  metadata.set("generateName", json::Value::string(prefix, arena), arena);
  metadata.set("namespace", json::Value::string(namespace_name, arena), arena);
  for (std::string_view field : {"labels", "annotations", "finalizers"}) {
    const auto* value = pod_template.at({"metadata", field});
    if (value != nullptr && !value->empty()) metadata.set(field, json::deep_copy(*value, arena), arena);
  }
  auto& owners = metadata.set("ownerReferences", json::Value::array(arena), arena);
  owners.push_back(json::deep_copy(controller_reference(owner, arena), arena), arena);
  const auto* spec = pod_template.find("spec");
  pod.set("spec", spec == nullptr ? json::Value::object(arena) : json::deep_copy(*spec, arena), arena);
  return pod;
}

std::string template_hash(const json::Value& pod_template, std::int64_t collision_count) {
  std::string text = json::to_string(pod_template, json::SortKeys::kYes);
  if (collision_count > 0) text += std::to_string(collision_count);
  std::uint32_t hash = 2166136261U;  // FNV-1a
  for (unsigned char byte : text) hash = (hash ^ byte) * 16777619U;
  std::string name;
  for (char digit : std::to_string(hash))
    name += kSafeLetters[static_cast<unsigned char>(digit) % kSafeLetters.size()];
  return name;
}

}  // namespace pedalion::controllers
