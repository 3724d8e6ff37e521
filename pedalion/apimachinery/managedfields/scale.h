#pragma once
// Who owns the replicas of what is scaled, as the scale subresource sees it.
#include <string_view>

#include "pedalion/apimachinery/managedfields/entries.h"

namespace pedalion::managedfields {

/// The version in which a Scale is written.
inline constexpr std::string_view kScaleVersion = "autoscaling/v1";

/// The entries of a Scale: of those of the object that is scaled (its "parent"), the owners of
/// spec.replicas.
Entries scale_entries(const Entries& parent);

/// The parent's entries after a write of its Scale, whose entries are `scale`. `api_version`: the parent's,
/// through which the Scale was written. As Kubernetes, who has changed the number by updates owns it without
/// a time.
Entries parent_entries(Entries parent, Entries scale, std::string_view api_version);

}  // namespace pedalion::managedfields
