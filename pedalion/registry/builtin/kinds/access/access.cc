#include "pedalion/registry/builtin/kinds/access/access.h"

#include "pedalion/registry/builtin/kinds/access/rows.h"

namespace pedalion::registry::builtin::kinds::access {

std::span<const KindRules> rules() {
  static const KindRules kRules[] = {kRoles, kClusterRoles, kRoleBindings, kClusterRoleBindings,
                                     kSigningRequests};
  return kRules;
}

}  // namespace pedalion::registry::builtin::kinds::access
