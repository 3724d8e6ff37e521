#include "pedalion/controllers/replicaset/replicas.h"

#include <algorithm>

#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/controllers/conditions.h"

namespace pedalion::controllers::replicaset {
namespace {

std::int64_t integer_at(const json::Value& object, std::initializer_list<std::string_view> path,
                        std::int64_t fallback) {
  const auto* value = object.at(path);
  return value == nullptr ? fallback : value->int_or(fallback);
}

bool has_all(const json::Value* labels, const json::Value* wanted) {
  if (wanted == nullptr) return true;
  return std::ranges::all_of(wanted->members(), [&](const json::Member& label) {
    return labels != nullptr && labels->find(label.key()) != nullptr &&
           labels->string_at({label.key()}) == label.value.string_or();
  });
}

struct Counts {
  std::int64_t replicas = 0, labeled = 0, ready = 0, available = 0, terminating = 0;
};

Counts count(const json::Value& set, std::span<const CountedPod> pods, std::int64_t now) {
  Counts counts;
  const auto* wanted = set.at({"spec", "template", "metadata", "labels"});
  auto min_ready = integer_at(set, {"spec", "minReadySeconds"}, 0);
  for (const auto& [pod, labels] : pods) {
    if (pod.deleted && !pod.finished()) ++counts.terminating;
    if (!pod.active()) continue;
    ++counts.replicas;
    counts.labeled += has_all(labels, wanted);
    counts.ready += pod.ready;
    counts.available += pod.available(min_ready, now);
  }
  return counts;
}

}  // namespace

Plan plan_replicas(const json::Value& set, const std::vector<PodView>& pods, std::int64_t now) {
  std::vector<PodView> active;
  std::ranges::copy_if(pods, std::back_inserter(active), &PodView::active);
  auto wanted = integer_at(set, {"spec", "replicas"}, 1);
  auto missing = wanted - static_cast<std::int64_t>(active.size());
  Plan plan;
  if (missing > 0) plan.create = static_cast<int>(std::min<std::int64_t>(missing, kBurst));
  if (missing >= 0) return plan;
  sort_for_deletion(active, now);
  active.resize(static_cast<std::size_t>(std::min<std::int64_t>(-missing, kBurst)));
  plan.remove = std::move(active);
  return plan;
}

bool update_status(json::Value& set, std::span<const CountedPod> pods, const Failure& failure,
                   std::int64_t now, json::Arena& arena) {
  auto& status = set.object_at("status", arena);
  auto before = json::to_string(status, json::SortKeys::kYes);
  auto counts = count(set, pods, now);
  auto put = [&](std::string_view field, std::int64_t value) {
    status.set(field, json::Value::integer(value), arena);
  };
  put("replicas", counts.replicas);
  auto put_unless_zero = [&](std::string_view field, std::int64_t value) {
    if (value != 0) {
      put(field, value);
    } else {
      status.erase(field);
    }
  };
  put_unless_zero("fullyLabeledReplicas", counts.labeled);
  put_unless_zero("readyReplicas", counts.ready);
  put_unless_zero("availableReplicas", counts.available);
  put("terminatingReplicas", counts.terminating);
  put("observedGeneration", integer_at(set, {"metadata", "generation"}, 0));
  if (failure.reason.empty()) {
    remove_condition(status, "ReplicaFailure");
    if (const auto* left = status.find("conditions"); left != nullptr && left->empty()) {
      status.erase("conditions");
    }
  } else if (!condition_is(status, "ReplicaFailure", "True")) {
    set_condition(status, {"ReplicaFailure", "True", failure.reason, failure.message}, meta::format_time(now),
                  arena);
  }
  return json::to_string(status, json::SortKeys::kYes) != before;
}

std::int64_t seconds_to_next_available(const json::Value& set, std::span<const CountedPod> pods,
                                       std::int64_t now) {
  auto min_ready = integer_at(set, {"spec", "minReadySeconds"}, 0);
  std::int64_t next = 0;
  for (const auto& [pod, labels] : pods) {
    if (!pod.active() || !pod.ready || pod.available(min_ready, now)) continue;
    auto left = std::max<std::int64_t>(pod.ready_since + min_ready - now, 1);
    if (next == 0 || left < next) next = left;
  }
  return next;
}

}  // namespace pedalion::controllers::replicaset
