#pragma once
// The plugins that are on by default and need nothing but the object, or little of the cluster; a factory
// each.
#include <memory>

#include "pedalion/admission/admission.h"
#include "pedalion/admission/cluster.h"

namespace pedalion::admission {

/// Priority: resolves priorityClassName of new pods to spec.priority and spec.preemptionPolicy. `classes` is
/// borrowed.
std::unique_ptr<Plugin> priority(PriorityClasses& classes);
/// DefaultTolerationSeconds: new pods stay 300 s on nodes that are not ready or unreachable, unless they say
/// otherwise.
std::unique_ptr<Plugin> default_toleration_seconds();
/// TaintNodesByCondition: new nodes are tainted as not ready.
std::unique_ptr<Plugin> taint_nodes_by_condition();
/// StorageObjectInUseProtection: the finalizers that keep claims and volumes while they are used.
std::unique_ptr<Plugin> storage_object_in_use_protection();

}  // namespace pedalion::admission
