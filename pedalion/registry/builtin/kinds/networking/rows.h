#pragma once
// The rows of this family's table, a source's each.
#include "pedalion/registry/builtin/kinds/kind_rules.h"

namespace pedalion::registry::builtin::kinds::networking {

extern const KindRules kServices;                    // services.cc
extern const KindRules kEndpoints, kEndpointSlices;  // endpoints.cc
extern const KindRules kIngresses, kIngressClasses;  // ingresses.cc
extern const KindRules kNetworkPolicies;             // network_policies.cc
extern const KindRules kIpAddresses, kServiceCidrs;  // service_cidrs.cc

}  // namespace pedalion::registry::builtin::kinds::networking
