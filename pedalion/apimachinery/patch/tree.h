#pragma once
// What the patches do with trees: copies that may be changed, sorting, and how deep a tree is.
#include "pedalion/apimachinery/json/value.h"

namespace pedalion::patch {

/// No document may become deeper by a patch; more than a parsed one may be.
inline constexpr int kMaxDepth = 10000;

/// New containers all the way down, sharing names and strings.
json::Value copy_structure(const json::Value& value, json::Arena& arena);
/// Levels of containers; stops counting above `limit`.
int depth(const json::Value& value, int limit = kMaxDepth);

}  // namespace pedalion::patch
