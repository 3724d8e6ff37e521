#pragma once
// JSON Merge Patch (RFC 7386).
#include "pedalion/apimachinery/json/value.h"
#include "pedalion/base/status.h"

namespace pedalion::patch {

/// Merges `patch` (the parsed body) into `object`: null removes, objects merge, all else replaces. The result
/// lies in `arena` and shares what did not change with both. Fails with 400 when `patch` is no object.
Result<json::Value> apply_merge_patch(const json::Value& object, const json::Value& patch,
                                      json::Arena& arena);

}  // namespace pedalion::patch
