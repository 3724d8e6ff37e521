#pragma once
// Flow schemas and priority levels: their rules.
#include "pedalion/registry/builtin/kinds/kind_rules.h"

namespace pedalion::registry::builtin::kinds::flowcontrol {

std::span<const KindRules> rules();

}  // namespace pedalion::registry::builtin::kinds::flowcontrol
