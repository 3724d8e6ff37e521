#pragma once
// What may change in a pod that is there, by each of its doors.
#include "pedalion/registry/builtin/kinds/pods/pods.h"

namespace pedalion::registry::builtin::kinds::pods {

/// Images, a sooner deadline, more tolerations, fewer gates; all else is refused, and shown.
void check_pod_update(const Value& pod, const Value& old, FieldErrors& errors);
/// Ephemeral containers come and never go.
void check_ephemeral_update(const Value& pod, const Value& old, FieldErrors& errors);
/// Amounts of cpu and memory.
void check_resize(const Value& pod, const Value& old, FieldErrors& errors);

}  // namespace pedalion::registry::builtin::kinds::pods
