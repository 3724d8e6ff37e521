#pragma once
// The rows of this family's table, a source's each.
#include "pedalion/registry/builtin/kinds/kind_rules.h"

namespace pedalion::registry::builtin::kinds::core {

extern const KindRules kConfigMaps, kSecrets;          // data.cc
extern const KindRules kNamespaces, kServiceAccounts;  // namespaces.cc
extern const KindRules kNodes;                         // nodes.cc
extern const KindRules kResourceQuotas;                // quotas.cc
extern const KindRules kLimitRanges;                   // limit_ranges.cc
extern const KindRules kEvents, kNewEvents;            // events.cc

}  // namespace pedalion::registry::builtin::kinds::core
