#pragma once
// The rows of this family's table, a source's each.
#include "pedalion/registry/builtin/kinds/kind_rules.h"

namespace pedalion::registry::builtin::kinds::volumes {

extern const KindRules kPersistentVolumes;                      // persistent_volumes.cc
extern const KindRules kClaims;                                 // claims.cc
extern const KindRules kStorageClasses, kAttributesClasses;     // storage_classes.cc
extern const KindRules kVolumeAttachments;                      // attachments.cc
extern const KindRules kCsiDrivers, kCsiNodes, kCsiCapacities;  // csi.cc

}  // namespace pedalion::registry::builtin::kinds::volumes
