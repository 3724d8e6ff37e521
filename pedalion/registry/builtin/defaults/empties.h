#pragma once
// Empty lists and maps of fields that are always written: protobuf has no word for them, so they come back as
// null from the store of kinds that Kubernetes stores as protobuf.
#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/schema/type.h"

namespace pedalion::registry::builtin::defaults {

/// Writes null for them, in all of `value`, which is shaped as `type`.
void null_empties(json::Value& value, const schema::Type& type);

}  // namespace pedalion::registry::builtin::defaults
