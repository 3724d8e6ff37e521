#pragma once
// Which requests a webhook or a policy is for.
#include "pedalion/registry/builtin/kinds/field.h"

namespace pedalion::registry::builtin::kinds::admissionregistration {

/// RuleWithOperations.
void check_rule(const Field& rule);
/// MatchResources. Absent passes.
void check_match_resources(const Field& resources);
/// The same of a policy: it must be there, and name resources.
void check_match_constraints(const Field& constraints);
/// Policies that change objects have nothing to do with those that are deleted.
void check_mutated_operations(const Field& resources);

void require_failure_policy(const Field& policy);
/// What a policy's parameters are. Absent passes.
void check_param_kind(const Field& kind);

}  // namespace pedalion::registry::builtin::kinds::admissionregistration
