#pragma once
// JSON Patch (RFC 6902) with the limits and the error texts of kube-apiserver.
#include <string>
#include <vector>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/base/status.h"

namespace pedalion::patch {

/// Applies `patch` (the parsed body) to `object`; the result lies in `arena` and shares only strings with
/// both. Fails with 400 (no patch), 413 (more than 10,000 operations) or 422 (an operation fails, or copies
/// grow it by more than 3 MiB).
Result<json::Value> apply_json_patch(const json::Value& object, const json::Value& patch, json::Arena& arena);

/// What strict field validation says of the operations: `json patch unknown field "[0].extra"`.
std::vector<std::string> json_patch_unknown_fields(const json::Value& patch);

}  // namespace pedalion::patch
