#pragma once
// One pass over one Deployment, at the server.
#include "pedalion/controllers/claims.h"
#include "pedalion/controllers/controller.h"
#include "pedalion/controllers/deployment/status.h"

namespace pedalion::controllers::deployment {

/// What a pass begins with, and what it makes of it.
struct Rollout {
  OwnerObject owner;
  json::Document deployment;
  std::vector<SetState> sets;  // in the order of their creation
  /// Pods that have not come to their end, by the uid of their set.
  std::function<std::size_t(const std::string& uid)> pods_of;

  Bounds bounds;
  SetState* new_set = nullptr;  // null: there is none
  Sets all();
  Sets old();
};

/// Scales, makes and removes ReplicaSets, and writes the deployment's status. `context` outlives it. Returns
/// the seconds after which it has to be looked at again, none: when something happens.
Task<Result<std::optional<std::int64_t>>> pass(const Context& context, Rollout rollout);

}  // namespace pedalion::controllers::deployment
