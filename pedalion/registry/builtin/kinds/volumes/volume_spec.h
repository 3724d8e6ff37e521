#pragma once
// The spec of a persistent volume, and what claims share with it.
#include "pedalion/registry/builtin/kinds/selectors.h"

namespace pedalion::registry::builtin::kinds::volumes {

/// A spec is a persistent volume's, or stands inline in an attachment, which allows less.
enum class SpecPlace : std::uint8_t { kVolume, kInline };

/// spec of a PersistentVolume.
void check_volume_spec(const Field& spec, std::string_view volume_name, SpecPlace place, LabelValues labels);

/// Each is known, and ReadWriteOncePod stands alone.
void check_access_modes(const Field& modes);
/// "Block" or "Filesystem". Absent passes.
void check_volume_mode(const Field& mode);

}  // namespace pedalion::registry::builtin::kinds::volumes
