#include "pedalion/registry/builtin/kinds/core/core.h"

#include "pedalion/registry/builtin/kinds/core/rows.h"

namespace pedalion::registry::builtin::kinds::core {

std::span<const KindRules> rules() {
  static const KindRules kRules[] = {kConfigMaps, kSecrets,   kNamespaces,  kServiceAccounts, kNodes,
                                     kEvents,     kNewEvents, kLimitRanges, kResourceQuotas};
  return kRules;
}

}  // namespace pedalion::registry::builtin::kinds::core
