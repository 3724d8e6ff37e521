#pragma once
// How much of a device's capacity one claim may ask for.
#include "pedalion/registry/builtin/kinds/field.h"

namespace pedalion::registry::builtin::kinds::devices {

/// A CapacityRequestPolicy; `capacity` is all there is.
void check_request_policy(const Field& policy, const Field& capacity);

}  // namespace pedalion::registry::builtin::kinds::devices
