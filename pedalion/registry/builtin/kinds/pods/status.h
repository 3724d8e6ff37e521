#pragma once
// What those who run a pod may report of it.
#include "pedalion/registry/builtin/kinds/field.h"

namespace pedalion::registry::builtin::kinds::pods {

void check_status_update(const Field& pod, const Field& old);

}  // namespace pedalion::registry::builtin::kinds::pods
