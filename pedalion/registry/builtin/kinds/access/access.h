#pragma once
// Roles, bindings, signing requests: their rules.
#include "pedalion/registry/builtin/kinds/kind_rules.h"

namespace pedalion::registry::builtin::kinds::access {

std::span<const KindRules> rules();

}  // namespace pedalion::registry::builtin::kinds::access
