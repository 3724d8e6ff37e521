#include "pedalion/registry/builtin/kinds/networking/networking.h"

#include "pedalion/registry/builtin/kinds/networking/rows.h"

namespace pedalion::registry::builtin::kinds::networking {

std::span<const KindRules> rules() {
  static const KindRules kRules[] = {kServices,       kEndpoints,       kEndpointSlices, kIngresses,
                                     kIngressClasses, kNetworkPolicies, kIpAddresses,    kServiceCidrs};
  return kRules;
}

}  // namespace pedalion::registry::builtin::kinds::networking
