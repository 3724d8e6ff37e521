#pragma once
// What may change in a pod that is there, by each of its doors.
#include "pedalion/registry/builtin/kinds/field.h"

namespace pedalion::registry::builtin::kinds::pods {

/// Annotations that may not change, and those that mean something.
void check_annotations_of_update(const Field& pod, const Field& old);
/// Images, a sooner deadline, more tolerations, fewer gates; all else is refused, and shown.
void check_pod_update(const Field& pod, const Field& old);

}  // namespace pedalion::registry::builtin::kinds::pods
