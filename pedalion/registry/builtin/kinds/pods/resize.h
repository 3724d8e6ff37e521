#pragma once
// What may change through a pod's narrow doors: its containers' resources, its ephemeral containers.
#include "pedalion/registry/builtin/kinds/field.h"

namespace pedalion::registry::builtin::kinds::pods {

/// Amounts of cpu and memory.
void check_resize(const Field& pod, const Field& old);
/// Ephemeral containers come and never go.
void check_ephemeral_update(const Field& pod, const Field& old);

}  // namespace pedalion::registry::builtin::kinds::pods
