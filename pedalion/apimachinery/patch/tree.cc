#include "pedalion/apimachinery/patch/tree.h"

#include <algorithm>

namespace pedalion::patch {

using json::Value;

Value copy_structure(const Value& value, json::Arena& arena) {
  if (value.is_array()) {
    Value copy = Value::array(arena, value.size());
    for (const Value& item : value.items()) copy.push_back(copy_structure(item, arena), arena);
    return copy;
  }
  if (!value.is_object()) return value;
  Value copy = Value::object(arena, value.size());
  for (const auto& member : value.members())
    copy.append_member(member.name, copy_structure(member.value, arena), arena);
  return copy;
}

int depth(const Value& value, int limit) {
  if (limit <= 0 || (!value.is_object() && !value.is_array())) return 0;
  int deepest = 0;
  for (const Value& item : value.items()) deepest = std::max(deepest, depth(item, limit - 1));
  for (const auto& member : value.members()) deepest = std::max(deepest, depth(member.value, limit - 1));
  return deepest + 1;
}

}  // namespace pedalion::patch
