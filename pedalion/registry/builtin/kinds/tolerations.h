#pragma once
// Tolerations of taints, as pods, their templates and runtime classes have them.
#include "pedalion/registry/builtin/kinds/field.h"

namespace pedalion::registry::builtin::kinds {

/// A list of core/v1 tolerations. Absent passes.
void check_tolerations(const Field& tolerations);

}  // namespace pedalion::registry::builtin::kinds
