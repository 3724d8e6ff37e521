#pragma once
// The rows of this family's table that have a source of their own.
#include "pedalion/registry/builtin/kinds/kind_rules.h"

namespace pedalion::registry::builtin::kinds::access {

extern const KindRules kRoles, kClusterRoles;                // roles.cc
extern const KindRules kRoleBindings, kClusterRoleBindings;  // bindings.cc
extern const KindRules kSigningRequests;                     // signing_requests.cc

}  // namespace pedalion::registry::builtin::kinds::access
