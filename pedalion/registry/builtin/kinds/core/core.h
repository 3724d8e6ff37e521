#pragma once
// Namespaces, nodes, config maps, secrets, service accounts, quotas and limits, events: their rules.
#include "pedalion/registry/builtin/kinds/kind_rules.h"

namespace pedalion::registry::builtin::kinds::core {

std::span<const KindRules> rules();

}  // namespace pedalion::registry::builtin::kinds::core
