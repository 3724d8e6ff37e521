#pragma once
// The conditions of a status: {type, status, reason, message, lastTransitionTime}, as trees.
#include <string_view>

#include "pedalion/apimachinery/json/value.h"

namespace pedalion::controllers {

/// Views; what they look at outlives the call.
struct Condition {
  std::string_view type, status, reason, message;
};

/// Null when there is none of that type.
const json::Value* find_condition(const json::Value& status, std::string_view type);
bool condition_is(const json::Value& status, std::string_view type, std::string_view wanted);
/// Makes `condition` one of status.conditions, in its place where there is one of its type. `now` is what
/// format_time writes; a condition whose status stays keeps its time of transition. True when something
/// changed.
bool set_condition(json::Value& status, const Condition& condition, std::string_view now, json::Arena& arena);
/// True when there was one.
bool remove_condition(json::Value& status, std::string_view type);

}  // namespace pedalion::controllers
