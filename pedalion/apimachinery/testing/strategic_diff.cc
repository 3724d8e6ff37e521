#include "pedalion/apimachinery/testing/strategic_diff.h"

#include <algorithm>
#include <span>
#include <string>

namespace pedalion::apimachinery::testing {
namespace {

using json::Value;
using schema::Field;
using schema::Type;

enum class RetainKeys : bool { kNo, kYes };

bool is_scalar(const Value& value) { return !value.is_object() && !value.is_array(); }

RetainKeys retain_keys_of(const Field& field) {
  return (field.patch_strategy & schema::kPatchRetainKeys) != 0 ? RetainKeys::kYes : RetainKeys::kNo;
}

/// The item with the same merge key (none: the same scalar); null when there is none.
const Value* find_item(std::span<const Value> items, const Value& wanted, std::string_view key) {
  auto found = std::ranges::find_if(items, [&](const Value& item) {
    return key.empty() ? json::equal(item, wanted) : json::equal(*item.find(key), *wanted.find(key));
  });
  return found == items.end() ? nullptr : &*found;
}

class StrategicDiffer {
 public:
  explicit StrategicDiffer(json::Arena& arena) : arena_(arena) {}

  Value of_objects(const Type& type, const Value& from, const Value& to, RetainKeys retain) {
    Value patch = Value::object(arena_), retained = Value::array(arena_);
    for (const auto& member : to.members()) {
      if (!member.value.is_null()) retained.push_back(Value::string(member.name), arena_);
      const Value* before = from.find(member.name);
      if (before == nullptr || before->kind() != member.value.kind()) {
        patch.set(member.name, member.value, arena_);
      } else {
        of_member(patch, type, member.name, *before, member.value);
      }
    }
    bool removes = false;
    for (const auto& member : from.members()) {
      if (to.find(member.name) != nullptr) continue;
      patch.set(member.name, Value(), arena_);
      removes = true;
    }
    if (retain == RetainKeys::kYes && !retained.empty() && (removes || !patch.empty()))
      patch.set("$retainKeys", retained, arena_);
    return patch;
  }

  bool gave_up() const { return gave_up_; }

 private:
  void of_member(Value& patch, const Type& type, std::string_view name, const Value& from, const Value& to) {
    bool same = json::equal(from, to);
    if (is_scalar(to)) {
      if (!same) patch.set(name, to, arena_);
      return;
    }
    const Field* field = type.is_struct() ? type.field(name) : nullptr;
    if (field == nullptr || field->type == nullptr) {
      gave_up_ |= !same;
    } else if (to.is_array()) {
      of_lists(patch, *field, name, from, to);
    } else if ((field->patch_strategy & schema::kPatchReplace) != 0) {
      patch.set(name, to, arena_);
    } else {
      Value inner = of_objects(*field->type, from, to, retain_keys_of(*field));
      if (!inner.empty()) patch.set(name, inner, arena_);
    }
  }

  void of_lists(Value& patch, const Field& field, std::string_view name, const Value& from, const Value& to) {
    if ((field.patch_strategy & schema::kPatchMerge) == 0) {
      if (!json::equal(from, to)) patch.set(name, to, arena_);
      return;
    }
    if (from.empty()) {
      if (!to.empty()) patch.set(name, to, arena_);
      return;
    }
    if (is_scalar(from.items()[0])) {
      of_scalar_lists(patch, name, from, to);
    } else {
      of_object_lists(patch, field, name, from, to);
    }
  }

  void of_scalar_lists(Value& patch, std::string_view name, const Value& from, const Value& to) {
    Value added = Value::array(arena_), gone = Value::array(arena_);
    for (const Value& item : to.items())
      if (find_item(from.items(), item, "") == nullptr) added.push_back(item, arena_);
    for (const Value& item : from.items())
      if (find_item(to.items(), item, "") == nullptr) gone.push_back(item, arena_);
    put_unless_empty(patch, "", name, added);
    put_unless_empty(patch, "$deleteFromPrimitiveList/", name, gone);
    if (!json::equal(from, to)) put_unless_empty(patch, "$setElementOrder/", name, to);
  }

  void of_object_lists(Value& patch, const Field& field, std::string_view name, const Value& from,
                       const Value& to) {
    std::string_view key = field.patch_merge_key;
    for (const Value* list : {&from, &to}) {
      for (const Value& item : list->items()) gave_up_ |= key.empty() || item.find(key) == nullptr;
    }
    if (gave_up_) return;
    Value changes = Value::array(arena_), order = Value::array(arena_);
    bool same_order = from.size() == to.size();
    for (std::uint32_t i = 0; i < to.size(); ++i) {
      const Value& item = to.items()[i];
      same_order = same_order && json::equal(*item.find(key), *from.items()[i].find(key));
      order.push_back(keyed(item, key), arena_);
      of_item(changes, field, find_item(from.items(), item, key), item);
    }
    for (const Value& item : from.items()) {
      if (find_item(to.items(), item, key) != nullptr) continue;
      Value directive = keyed(item, key);
      directive.set("$patch", Value::string("delete"), arena_);
      changes.push_back(directive, arena_);
    }
    bool changed = !changes.empty() || !same_order;
    put_unless_empty(patch, "", name, changes);
    if (changed) put_unless_empty(patch, "$setElementOrder/", name, order);
  }

  void of_item(Value& changes, const Field& field, const Value* before, const Value& item) {
    std::string_view key = field.patch_merge_key;
    if (before == nullptr) {
      changes.push_back(item, arena_);
      return;
    }
    Value change = of_objects(*field.type->element, *before, item, retain_keys_of(field));
    if (change.empty()) return;
    change.set(key, *item.find(key), arena_);
    changes.push_back(change, arena_);
  }

  Value keyed(const Value& item, std::string_view key) {
    Value made = Value::object(arena_);
    made.set(key, *item.find(key), arena_);
    return made;
  }

  void put_unless_empty(Value& patch, std::string prefix, std::string_view name, const Value& list) {
    if (!list.empty()) patch.set(prefix.append(name), list, arena_);
  }

  json::Arena& arena_;
  bool gave_up_ = false;
};

}  // namespace

std::optional<Value> strategic_diff(const Type& type, const Value& from, const Value& to,
                                    json::Arena& arena) {
  StrategicDiffer differ(arena);
  Value patch = differ.of_objects(type, from, to, RetainKeys::kNo);
  if (differ.gave_up()) return std::nullopt;
  return patch;
}

}  // namespace pedalion::apimachinery::testing
