#pragma once
// The strategic merge patch that turns one object into another, as kubectl makes it: for tests that apply it.
#include <optional>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/schema/type.h"

namespace pedalion::apimachinery::testing {

/// What kubectl would send to make `to` of `from`, with $setElementOrder, $deleteFromPrimitiveList, $patch:
/// delete and $retainKeys; shares parts of both. Nothing where kubectl gives up: below maps of anything but
/// scalars, and in lists whose items lack the merge key.
std::optional<json::Value> strategic_diff(const schema::Type& type, const json::Value& from,
                                          const json::Value& to, json::Arena& arena);

}  // namespace pedalion::apimachinery::testing
