#pragma once
// An autoscaler's behavior as version 1's annotation tells it: in the words of Go's internal type, whose
// members have no JSON names of their own and are null where they are absent.
#include "pedalion/apimachinery/json/value.h"

namespace pedalion::registry::builtin::conversion {

json::Value behavior_to_go(const json::Value& behavior, json::Arena& arena);
/// Not shaped. Member names may be written in any case, as Go reads them.
json::Value behavior_from_go(const json::Value& text, json::Arena& arena);

}  // namespace pedalion::registry::builtin::conversion
