#pragma once
// The rows of this family's table, a source's each.
#include "pedalion/registry/builtin/kinds/kind_rules.h"

namespace pedalion::registry::builtin::kinds::devices {

extern const KindRules kDeviceClasses;                            // classes.cc
extern const KindRules kResourceClaims, kResourceClaimTemplates;  // claims.cc
extern const KindRules kResourceSlices;                           // slices.cc

}  // namespace pedalion::registry::builtin::kinds::devices
