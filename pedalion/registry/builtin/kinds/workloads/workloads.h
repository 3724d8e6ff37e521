#pragma once
// Deployments and their kin, jobs, autoscalers, disruption budgets: their rules.
#include "pedalion/registry/builtin/kinds/kind_rules.h"

namespace pedalion::registry::builtin::kinds::workloads {

std::span<const KindRules> rules();

}  // namespace pedalion::registry::builtin::kinds::workloads
