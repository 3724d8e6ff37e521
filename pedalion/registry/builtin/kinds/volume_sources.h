#pragma once
// Where a volume's data lies: hostPath, nfs, csi, … of pods' volumes and of persistent volumes.
#include <string_view>

#include "pedalion/registry/builtin/kinds/field.h"

namespace pedalion::registry::builtin::kinds {

/// Persistent volumes belong to no namespace: the secrets that their sources name have one of their own.
enum class VolumeOwner : std::uint8_t { kPod, kPersistentVolume };

/// Judges the source `member` of a volume ("nfs"), which is there. True when it is one of those that pods and
/// persistent volumes share; else nothing has been judged.
bool check_volume_source(std::string_view member, const Field& source, VolumeOwner owner,
                         std::string_view volume_name);

/// Of a CSI driver: a DNS name in any case, of at most 63.
void check_csi_driver_name(const Field& name);
/// "must not contain '..'".
void check_no_backsteps(const Field& path);

}  // namespace pedalion::registry::builtin::kinds
