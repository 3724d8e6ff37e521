#pragma once
// The rows of this family's table, a source's each.
#include "pedalion/registry/builtin/kinds/kind_rules.h"

namespace pedalion::registry::builtin::kinds::extension {

extern const KindRules kApiServices;      // api_services.cc
extern const KindRules kDefinitions;      // definitions.cc
extern const KindRules kLeases;           // leases.cc
extern const KindRules kPriorityClasses;  // priority_classes.cc
extern const KindRules kRuntimeClasses;   // runtime_classes.cc

}  // namespace pedalion::registry::builtin::kinds::extension
