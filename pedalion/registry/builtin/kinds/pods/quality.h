#pragma once
// The quality of service of a pod: how it is treated when its node runs short.
#include <string_view>

#include "pedalion/apimachinery/json/value.h"

namespace pedalion::registry::builtin::kinds::pods {

/// "Guaranteed", "Burstable" or "BestEffort", by what it asks for.
std::string_view quality_of_service(const json::Value& pod);

}  // namespace pedalion::registry::builtin::kinds::pods
