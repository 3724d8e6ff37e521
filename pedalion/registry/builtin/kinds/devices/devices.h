#pragma once
// Device classes, claims of devices and their templates, slices of what drivers offer: their rules.
#include "pedalion/registry/builtin/kinds/kind_rules.h"

namespace pedalion::registry::builtin::kinds::devices {

std::span<const KindRules> rules();

}  // namespace pedalion::registry::builtin::kinds::devices
