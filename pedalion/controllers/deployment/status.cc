#include "pedalion/controllers/deployment/status.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/controllers/conditions.h"

namespace pedalion::controllers::deployment {
namespace {

constexpr std::string_view kProgressing = "Progressing", kAvailable = "Available",
                           kReplicaFailure = "ReplicaFailure";
constexpr std::string_view kNewSetAvailable = "NewReplicaSetAvailable", kPaused = "DeploymentPaused",
                           kTimedOut = "ProgressDeadlineExceeded", kUpdated = "ReplicaSetUpdated";

json::Value& status_of(json::Document& deployment) {
  return deployment.root.object_at("status", deployment.arena);
}

std::int64_t status_number(const json::Value& deployment, std::string_view field) {
  return integer_at(deployment, {"status", field}, 0);
}

std::string_view reason_of(const json::Value& deployment, std::string_view type) {
  const auto* status = deployment.find("status");
  const auto* condition = status == nullptr ? nullptr : find_condition(*status, type);
  return condition == nullptr ? std::string_view() : condition->string_at({"reason"});
}

struct Progress {
  std::int64_t updated, old, ready, available;
};
Progress progress_of(const json::Value& deployment) {
  auto updated = status_number(deployment, "updatedReplicas");
  return {updated, status_number(deployment, "replicas") - updated,
          status_number(deployment, "readyReplicas"), status_number(deployment, "availableReplicas")};
}
bool moved_on(const Progress& before, const Progress& now) {
  return now.updated > before.updated || now.old < before.old || now.ready > before.ready ||
         now.available > before.available;
}

bool timed_out(const json::Value& deployment, std::int64_t now) {
  const auto* condition = find_condition(*deployment.find("status"), kProgressing);
  if (condition == nullptr || condition->string_at({"reason"}) == kNewSetAvailable) return false;
  if (condition->string_at({"reason"}) == kTimedOut) return true;
  auto since = meta::parse_time(condition->string_at({"lastUpdateTime"}));
  return since && since->seconds + *progress_deadline(deployment) < now;
}

/// "ReplicaSet "x" …", or of the deployment where there is no new set.
std::string sentence(const json::Value& deployment, const SetState* new_set, std::string_view what) {
  if (new_set != nullptr) return fmt::format("ReplicaSet \"{}\" {}", new_set->name, what);
  return fmt::format("Deployment \"{}\" {}", deployment.string_at({"metadata", "name"}), what);
}

void tell_of_progress(json::Document& deployment, const Bounds& bounds, const SetState* new_set,
                      const Progress& before, std::int64_t now) {
  auto say = [&](std::string_view value, std::string_view reason, std::string_view what) {
    set_deployment_condition(deployment, kProgressing, value, reason,
                             sentence(deployment.root, new_set, what), now);
  };
  if (is_complete(deployment.root, bounds))
    return say("True", kNewSetAvailable, "has successfully progressed.");
  if (moved_on(before, progress_of(deployment.root))) {
    // The time of the last progress counts, even where it is the same reason again.
    const auto* last = find_condition(status_of(deployment), kProgressing);
    std::string since;
    if (last != nullptr && last->string_at({"status"}) == "True")
      since = last->string_at({"lastTransitionTime"});
    remove_condition(status_of(deployment), kProgressing);
    say("True", kUpdated, "is progressing.");
    if (!since.empty()) {
      status_of(deployment)
          .find("conditions")
          ->items()
          .back()
          .set("lastTransitionTime", json::Value::string(since, deployment.arena), deployment.arena);
    }
    return;
  }
  if (timed_out(deployment.root, now)) say("False", kTimedOut, "has timed out progressing.");
}

/// Of the new set before that of others.
const json::Value* failure_of(const Sets& all, const SetState* new_set) {
  auto failure = [](const SetState* set) -> const json::Value* {
    const auto* status = set == nullptr ? nullptr : set->tree.root.find("status");
    return status == nullptr ? nullptr : find_condition(*status, kReplicaFailure);
  };
  if (const auto* own = failure(new_set)) return own;
  for (const auto* set : all) {
    if (const auto* other = failure(set)) return other;
  }
  return nullptr;
}

}  // namespace

std::optional<std::int64_t> progress_deadline(const json::Value& deployment) {
  constexpr std::int64_t kNever = std::numeric_limits<std::int32_t>::max();
  auto seconds = integer_at(deployment, {"spec", "progressDeadlineSeconds"}, kNever);
  return seconds == kNever ? std::nullopt : std::optional(seconds);
}

void set_deployment_condition(json::Document& deployment, std::string_view type, std::string_view value,
                              std::string_view reason, std::string_view message, std::int64_t now) {
  auto& [arena, root] = deployment;
  auto& status = status_of(deployment);
  const auto* before = find_condition(status, type);
  auto time = meta::format_time(now), since = time;
  if (before != nullptr && before->string_at({"status"}) == value) {
    if (before->string_at({"reason"}) == reason) return;
    since = before->string_at({"lastTransitionTime"});
  }
  remove_condition(status, type);
  set_condition(status, {type, value, reason, message}, since, arena);
  auto& condition = status.find("conditions")->items().back();
  condition.set("lastUpdateTime", json::Value::string(time, arena), arena);
}

void tell_of_pause(json::Document& deployment, std::int64_t now) {
  auto reason = reason_of(deployment.root, kProgressing);
  if (!progress_deadline(deployment.root) || reason == kTimedOut) return;
  const auto* flag = deployment.root.at({"spec", "paused"});
  bool paused = flag != nullptr && flag->bool_or(false);
  if (paused == (reason == kPaused)) return;
  set_deployment_condition(deployment, kProgressing, "Unknown", paused ? kPaused : "DeploymentResumed",
                           paused ? "Deployment is paused" : "Deployment is resumed", now);
}

void count_replicas(json::Document& deployment, const Bounds& bounds, const Sets& all,
                    const SetState* new_set, std::int64_t now) {
  auto& status = status_of(deployment);
  SetState total{json::Document()};
  total.wanted = 0;
  for (const auto* set : all) {
    for (auto field : {&SetState::wanted, &SetState::replicas, &SetState::ready, &SetState::available,
                       &SetState::terminating}) {
      total.*field += set->*field;
    }
  }
  auto put = [&](std::string_view field, std::int64_t value) {
    if (value != 0) {
      status.set(field, json::Value::integer(value), deployment.arena);
    } else {
      status.erase(field);
    }
  };
  put("observedGeneration", integer_at(deployment.root, {"metadata", "generation"}, 0));
  put("replicas", total.replicas);
  put("updatedReplicas", new_set == nullptr ? 0 : new_set->replicas);
  put("readyReplicas", total.ready);
  put("availableReplicas", total.available);
  put("unavailableReplicas", std::max<std::int64_t>(total.wanted - total.available, 0));
  status.set("terminatingReplicas", json::Value::integer(total.terminating), deployment.arena);
  bool enough = total.available >= bounds.wanted - bounds.unavailable;
  set_deployment_condition(
      deployment, kAvailable, enough ? "True" : "False",
      enough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
      enough ? "Deployment has minimum availability." : "Deployment does not have minimum availability.",
      now);
}

void tell_of_rollout(json::Document& deployment, const Bounds& bounds, const Sets& all,
                     const SetState* new_set, std::int64_t now) {
  auto before = progress_of(deployment.root);
  count_replicas(deployment, bounds, all, new_set, now);
  auto& status = status_of(deployment);
  bool was_complete =
      progress_of(deployment.root).old == 0 && reason_of(deployment.root, kProgressing) == kNewSetAvailable;
  if (!progress_deadline(deployment.root)) {
    remove_condition(status, kProgressing);
  } else if (!was_complete) {
    tell_of_progress(deployment, bounds, new_set, before, now);
  }
  if (const auto* failure = failure_of(all, new_set)) {
    set_deployment_condition(deployment, kReplicaFailure, failure->string_at({"status"}),
                             failure->string_at({"reason"}), failure->string_at({"message"}), now);
  } else {
    remove_condition(status, kReplicaFailure);
  }
}

bool is_complete(const json::Value& deployment, const Bounds& bounds) {
  return status_number(deployment, "updatedReplicas") == bounds.wanted &&
         status_number(deployment, "replicas") == bounds.wanted &&
         status_number(deployment, "availableReplicas") == bounds.wanted &&
         status_number(deployment, "observedGeneration") >=
             integer_at(deployment, {"metadata", "generation"}, 0);
}

std::optional<std::int64_t> seconds_to_deadline(const json::Value& deployment, const Bounds& bounds,
                                                std::int64_t now) {
  auto deadline = progress_deadline(deployment);
  const auto* status = deployment.find("status");
  const auto* condition = status == nullptr ? nullptr : find_condition(*status, kProgressing);
  if (!deadline || condition == nullptr || is_complete(deployment, bounds)) return std::nullopt;
  if (condition->string_at({"reason"}) == kTimedOut) return std::nullopt;
  auto since = meta::parse_time(condition->string_at({"lastUpdateTime"}));
  if (!since) return std::nullopt;
  return std::max<std::int64_t>(since->seconds + *deadline - now, 0) + 1;
}

}  // namespace pedalion::controllers::deployment
