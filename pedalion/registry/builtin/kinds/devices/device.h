#pragma once
// One device of a slice.
#include "pedalion/registry/builtin/kinds/field.h"

namespace pedalion::registry::builtin::kinds::devices {

/// `old`: the device of that name before, absent when there was none: what has not changed is not judged
/// again. `chooses_nodes`: the slice leaves that to its devices.
void check_device(const Field& device, const Field& old, bool chooses_nodes);
/// A map of counters by name: there is one, and not too many.
void check_counters(const Field& counters);

}  // namespace pedalion::registry::builtin::kinds::devices
