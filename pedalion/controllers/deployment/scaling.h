#pragma once
// How many replicas each ReplicaSet of a Deployment is to have next. Pure.
#include <cstdint>
#include <optional>
#include <vector>

#include "pedalion/controllers/deployment/replica_sets.h"

namespace pedalion::controllers::deployment {

/// What a deployment allows at any time.
struct Bounds {
  std::int64_t wanted = 1;       // replicas
  std::int64_t surge = 0;        // so many more
  std::int64_t unavailable = 0;  // so many of the wanted ones may be missing
  bool rolling = true;
  std::int64_t most() const { return wanted + surge; }
};
Bounds bounds_of(const json::Value& deployment);

struct Scale {
  SetState* set;
  std::int64_t replicas;
};
using Sets = std::vector<SetState*>;

/// What a new set is to have beside the others (`all` has it, too, unless it is not there yet: `present` 0).
std::int64_t new_set_replicas(const Bounds& bounds, const Sets& all, std::int64_t present);
/// One step of a rolling update, up.
std::optional<Scale> scale_new(const Bounds& bounds, const Sets& all, SetState* new_set);
/// One step of a rolling update, down: first what is not healthy, then as much as availability allows.
std::vector<Scale> scale_old(const Bounds& bounds, const Sets& old, const SetState* new_set);
/// After the deployment itself has been scaled: the one active set, or all of them in proportion.
std::vector<Scale> scale_all(const Bounds& bounds, std::int64_t status_replicas, SetState* new_set,
                             const Sets& old);
/// Whether an active set was made for another number of replicas.
bool was_scaled(const Bounds& bounds, const Sets& all);

}  // namespace pedalion::controllers::deployment
