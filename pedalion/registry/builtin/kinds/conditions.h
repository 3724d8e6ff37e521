#pragma once
// Conditions of a status (metav1.Condition).
#include "pedalion/registry/builtin/kinds/field.h"

namespace pedalion::registry::builtin::kinds {

/// A list of them, a type each. Absent passes.
void check_conditions(const Field& conditions);

}  // namespace pedalion::registry::builtin::kinds
