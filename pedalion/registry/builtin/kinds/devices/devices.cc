#include "pedalion/registry/builtin/kinds/devices/devices.h"

#include "pedalion/registry/builtin/kinds/devices/rows.h"

namespace pedalion::registry::builtin::kinds::devices {

std::span<const KindRules> rules() {
  static const KindRules kRules[] = {kDeviceClasses, kResourceClaims, kResourceClaimTemplates,
                                     kResourceSlices};
  return kRules;
}

}  // namespace pedalion::registry::builtin::kinds::devices
