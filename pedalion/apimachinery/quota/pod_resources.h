#pragma once
// What a pod requests and is limited to as a whole, out of its containers, as Kubernetes counts it
// (component-helpers/resource).
#include "pedalion/apimachinery/quota/resource_list.h"

namespace pedalion::quota {

enum class Requirement : std::uint8_t { kRequests, kLimits };

/// What counts besides the containers' own requirements.
enum class Counting : std::uint8_t {
  kSpec,              // nothing
  kOverheadAndStatus  // the pod's overhead, and what its containers were given and have not yet given back
};

/// Containers add up; an init container needs its own and that of the restartable ones before it, and only
/// the greatest of these counts; what the pod says for itself (cpu, memory, huge pages) stands above all
/// that. Fails with 400 on a text that is no quantity.
Result<ResourceList> pod_resources(const json::Value& pod, Requirement which, Counting counting);

/// Does the pod say anything for itself that counts?
bool has_own_resources(const json::Value& pod);

/// The amounts of one container.
Result<ResourceList> container_resources(const json::Value& container, Requirement which);

}  // namespace pedalion::quota
