#pragma once
// PodSecurity: holds pods to the level of their namespace, and warns of those that would break it.
#include <memory>

#include "pedalion/admission/admission.h"
#include "pedalion/admission/cluster.h"

namespace pedalion::admission::podsecurity {

/// `cluster` is borrowed.
std::unique_ptr<Plugin> pod_security(Cluster& cluster);

}  // namespace pedalion::admission::podsecurity
