#include "pedalion/registry/builtin/kinds/volumes/volumes.h"

#include "pedalion/registry/builtin/kinds/volumes/rows.h"

namespace pedalion::registry::builtin::kinds::volumes {

std::span<const KindRules> rules() {
  static const KindRules kRules[] = {kPersistentVolumes, kClaims,     kStorageClasses, kAttributesClasses,
                                     kVolumeAttachments, kCsiDrivers, kCsiNodes,       kCsiCapacities};
  return kRules;
}

}  // namespace pedalion::registry::builtin::kinds::volumes
