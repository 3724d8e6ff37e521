#pragma once
// API services, definitions, webhooks, policies, flow control, leases, priority classes, device resources:
// their rules.
#include "pedalion/registry/builtin/kinds/kind_rules.h"

namespace pedalion::registry::builtin::kinds::extension {

std::span<const KindRules> rules();

}  // namespace pedalion::registry::builtin::kinds::extension
