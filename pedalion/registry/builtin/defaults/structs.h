#pragma once
// The structs of a document, through lists and maps.
#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/schema/type.h"

namespace pedalion::registry::builtin::defaults {

/// The struct that a field's values are (or the scalar).
inline const schema::Type& innermost(const schema::Type& type) {
  const schema::Type* at = &type;
  while ((at->is_list() || at->is_map()) && at->element != nullptr) at = at->element;
  return *at;
}

/// Calls visit(Value&) for each struct that `value` is or holds.
template <class Visit>
void for_each_struct(const schema::Type& type, json::Value& value, Visit visit) {
  if (type.is_list()) {
    for (json::Value& item : value.items()) for_each_struct(*type.element, item, visit);
  } else if (type.is_map()) {
    for (json::Member& member : value.members()) for_each_struct(*type.element, member.value, visit);
  } else if (value.is_object()) {
    visit(value);
  }
}

}  // namespace pedalion::registry::builtin::defaults
