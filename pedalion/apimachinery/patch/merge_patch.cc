#include "pedalion/apimachinery/patch/merge_patch.h"

#include <unordered_map>

#include "pedalion/apimachinery/codec/scalars.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/patch/tree.h"

namespace pedalion::patch {
namespace {

using json::Value;

/// What a patch value becomes where there was nothing to merge with: no null members.
Value without_nulls(const Value& value, json::Arena& arena) {
  if (value.is_array()) {
    Value copy = Value::array(arena, value.size());
    for (const Value& item : value.items()) copy.push_back(without_nulls(item, arena), arena);
    return copy;
  }
  if (!value.is_object()) return value;
  Value copy = Value::object(arena, value.size());
  for (const auto& member : value.members()) {
    if (!member.value.is_null()) copy.append_member(member.name, without_nulls(member.value, arena), arena);
  }
  copy.sort_members();
  return copy;
}

Value merge(const Value& target, const Value& patch, json::Arena& arena) {
  if (!target.is_object()) return without_nulls(patch, arena);
  if (!patch.is_object()) return patch;
  std::unordered_map<std::string_view, const Value*> changes;
  for (const auto& member : patch.members()) changes[member.name] = &member.value;
  Value merged = Value::object(arena, target.size() + patch.size());
  for (const auto& member : target.members()) {
    auto change = changes.find(member.name);
    if (change == changes.end()) {
      merged.append_member(member.name, member.value, arena);
      continue;
    }
    if (!change->second->is_null())
      merged.append_member(member.name, merge(member.value, *change->second, arena), arena);
    changes.erase(change);
  }
  for (const auto& [name, value] : changes) {
    if (!value->is_null()) merged.append_member(name, without_nulls(*value, arena), arena);
  }
  merged.sort_members();
  return merged;
}

}  // namespace

Result<Value> apply_merge_patch(const Value& object, const Value& patch, json::Arena& arena) {
  if (patch.is_null()) return std::unexpected(meta::bad_request("Invalid JSON Patch"));
  if (!patch.is_object()) {
    return std::unexpected(meta::bad_request("error decoding patch: json: cannot unmarshal " +
                                             std::string(codec::kind_word(patch)) +
                                             " into Go value of type map[string]interface {}"));
  }
  return merge(object, patch, arena);
}

}  // namespace pedalion::patch
