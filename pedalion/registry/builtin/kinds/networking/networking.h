#pragma once
// Services, endpoints, ingresses, network policies, addresses: their rules.
#include "pedalion/registry/builtin/kinds/kind_rules.h"

namespace pedalion::registry::builtin::kinds::networking {

std::span<const KindRules> rules();

}  // namespace pedalion::registry::builtin::kinds::networking
