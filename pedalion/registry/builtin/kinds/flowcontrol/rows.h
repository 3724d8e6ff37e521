#pragma once
// The rows of this family's table, a source's each.
#include "pedalion/registry/builtin/kinds/kind_rules.h"

namespace pedalion::registry::builtin::kinds::flowcontrol {

extern const KindRules kFlowSchemas;     // flow_schemas.cc
extern const KindRules kPriorityLevels;  // priority_levels.cc

/// The conditions of either kind's status have a type each.
void validate_status(const Value& object, const Value& old, FieldErrors& errors);  // flowcontrol.cc

}  // namespace pedalion::registry::builtin::kinds::flowcontrol
