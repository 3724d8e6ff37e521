#pragma once
// The class that an annotation makes the default of its kind.
#include <span>
#include <string>

#include "pedalion/admission/cluster.h"

namespace pedalion::admission::plugins {

/// The name of the newest class with one of `annotations` at "true" (of equally old ones the first by name);
/// empty when there is none.
Task<Result<std::string>> default_class(Cluster& cluster, meta::GroupResource classes,
                                        std::span<const std::string_view> annotations);

}  // namespace pedalion::admission::plugins
