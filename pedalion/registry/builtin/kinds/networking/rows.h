#pragma once
// The rows of this family's table, a source's each.
#include "pedalion/registry/builtin/kinds/kind_rules.h"

namespace pedalion::registry::builtin::kinds::networking {

extern const KindRules kServices;  // services.cc

}  // namespace pedalion::registry::builtin::kinds::networking
