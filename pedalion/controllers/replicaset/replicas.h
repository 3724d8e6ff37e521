#pragma once
// How many pods a ReplicaSet has to make or to lose, and its status. Pure.
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "pedalion/controllers/pods.h"

namespace pedalion::controllers::replicaset {

/// At most so many are made or lost in one go.
inline constexpr int kBurst = 500;

struct Plan {
  int create = 0;
  std::vector<PodView> remove;
};

/// `pods` are those that the set owns.
Plan plan_replicas(const json::Value& set, const std::vector<PodView>& pods, std::int64_t now);

/// A pod with its labels as the status counts it.
struct CountedPod {
  PodView pod;
  const json::Value* labels = nullptr;
};

/// What went wrong in the last go; empty reason: nothing.
struct Failure {
  std::string reason, message;  // FailedCreate, FailedDelete
};

/// Writes the new status into `set`. True when it differs from what it was.
bool update_status(json::Value& set, std::span<const CountedPod> pods, const Failure& failure,
                   std::int64_t now, json::Arena& arena);

/// Seconds until a pod that is ready becomes available; 0: there is none to wait for.
std::int64_t seconds_to_next_available(const json::Value& set, std::span<const CountedPod> pods,
                                       std::int64_t now);

}  // namespace pedalion::controllers::replicaset
