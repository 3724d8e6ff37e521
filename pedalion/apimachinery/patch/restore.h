#pragma once
// Whether a patched tree can become an object of its type again, in the words kube-apiserver has for that.
#include <string_view>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/schema/type.h"
#include "pedalion/base/status.h"

namespace pedalion::patch {

/// Checks the result of a strategic merge patch. The error's message is that of Kubernetes' converter from
/// maps to structs: "cannot restore slice from map", "unrecognized type: int32", "cannot convert int64 to
/// string".
Result<void> check_restorable(const schema::Type& type, const json::Value& value);

/// 422 ` "" is invalid: patch: Invalid value: "shown": problem`: what a patch gets whose result is no object
/// of the type. `shown` is the patched JSON; after a strategic merge patch, meta::go_value_text of the patch.
Status unusable_patch(std::string_view shown, std::string_view problem);

}  // namespace pedalion::patch
