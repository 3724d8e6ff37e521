#pragma once
// Claims, volumes, storage classes, drivers, attachments: their rules.
#include "pedalion/registry/builtin/kinds/kind_rules.h"

namespace pedalion::registry::builtin::kinds::volumes {

std::span<const KindRules> rules();

}  // namespace pedalion::registry::builtin::kinds::volumes
