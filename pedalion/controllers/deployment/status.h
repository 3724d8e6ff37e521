#pragma once
// The status of a Deployment, its conditions, and what they say of a rollout's progress. Pure.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pedalion/controllers/deployment/scaling.h"

namespace pedalion::controllers::deployment {

/// Seconds that a rollout may take without progress; none: it may take for ever.
std::optional<std::int64_t> progress_deadline(const json::Value& deployment);

/// As set_condition of controllers/conditions.h, but with lastUpdateTime; nothing is changed where status and
/// reason are what they were. A condition that changes becomes the last one.
void set_deployment_condition(json::Document& deployment, std::string_view type, std::string_view value,
                              std::string_view reason, std::string_view message, std::int64_t now);

/// Says in Progressing that the deployment is paused, or no longer.
void tell_of_pause(json::Document& deployment, std::int64_t now);

/// Counts replicas, and says in Available whether there are enough. `new_set` may be null.
void count_replicas(json::Document& deployment, const Bounds& bounds, const Sets& all,
                    const SetState* new_set, std::int64_t now);
/// The same, and what can be said of the rollout: Progressing and ReplicaFailure.
void tell_of_rollout(json::Document& deployment, const Bounds& bounds, const Sets& all,
                     const SetState* new_set, std::int64_t now);

/// The status says that all replicas are new and available.
bool is_complete(const json::Value& deployment, const Bounds& bounds);
/// Seconds until the deadline has to be looked at; none: never.
std::optional<std::int64_t> seconds_to_deadline(const json::Value& deployment, const Bounds& bounds,
                                                std::int64_t now);

}  // namespace pedalion::controllers::deployment
