#pragma once
// Strategic merge patch: a merge patch that knows from the schema which lists merge, and by which key.
#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/schema/type.h"
#include "pedalion/base/status.h"

namespace pedalion::patch {

/// Merges `patch` (the parsed body) into `object`, a tree of `type`. Obeys $patch, $retainKeys,
/// $setElementOrder/… and $deleteFromPrimitiveList/…; directives in what was not there before stay as unknown
/// fields, as in Kubernetes. The result lies in `arena` and shares what did not change. Fails with 400 (a
/// patch that is no object, wrong directives) or 500 (lists whose elements lack the merge key and the like).
Result<json::Value> apply_strategic_merge_patch(const json::Value& object, const json::Value& patch,
                                                const schema::Type& type, json::Arena& arena);

}  // namespace pedalion::patch
