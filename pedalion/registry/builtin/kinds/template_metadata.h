#pragma once
// Metadata of what objects are made from (claims in a pod's volumes, claims of devices): labels and
// annotations, nothing else.
#include "pedalion/registry/builtin/kinds/field.h"

namespace pedalion::registry::builtin::kinds {

void check_template_metadata(const Field& metadata);

}  // namespace pedalion::registry::builtin::kinds
