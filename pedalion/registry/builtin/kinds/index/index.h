#pragma once
// Which rules a resource has.
#include "pedalion/registry/builtin/kinds/kind_rules.h"

namespace pedalion::registry::builtin::kinds::index {

/// Null when nothing is special.
const KindRules* find(std::string_view group, std::string_view resource);

}  // namespace pedalion::registry::builtin::kinds::index
