#pragma once
// The rows of this family's table, a source's each.
#include "pedalion/registry/builtin/kinds/kind_rules.h"

namespace pedalion::registry::builtin::kinds::admissionregistration {

extern const KindRules kValidatingWebhooks, kMutatingWebhooks;  // webhooks.cc
extern const KindRules kValidatingPolicies;                     // validating_policies.cc
extern const KindRules kMutatingPolicies;                       // mutating_policies.cc
extern const KindRules kValidatingBindings, kMutatingBindings;  // bindings.cc

}  // namespace pedalion::registry::builtin::kinds::admissionregistration
