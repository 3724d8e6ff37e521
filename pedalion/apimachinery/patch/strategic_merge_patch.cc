#include "pedalion/apimachinery/patch/strategic_merge_patch.h"

#include <algorithm>
#include <optional>
#include <unordered_set>

#include "pedalion/apimachinery/codec/scalars.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/meta/go_text.h"
#include "pedalion/apimachinery/patch/list_order.h"

namespace pedalion::patch {
namespace {

using json::Value;
using schema::Type;

constexpr std::string_view kDirective = "$patch";
constexpr std::string_view kRetainKeys = "$retainKeys";
constexpr std::string_view kSetElementOrder = "$setElementOrder";
constexpr std::string_view kDeleteFromPrimitiveList = "$deleteFromPrimitiveList";

Status go_error(std::string text) { return Status(500, "", std::move(text)); }
Status bad_format(std::string_view of) {
  return meta::bad_request("invalid patch format of " + std::string(of));
}

std::string go_type(const Value& value) {
  return value.is_null() ? "%!s(<nil>)" : std::string(meta::go_type_name(value));
}
Status bad_type(std::string_view expected, const Value& actual) {
  return go_error("expected a " + std::string(expected) + ", but received a " + go_type(actual));
}

Status unknown_directive(const Value& directive, const Value& map) {
  return go_error("unknown patch type: " + meta::go_value_text(directive) +
                  " in map: " + meta::go_value_text(map));
}

bool is(const Value* directive, std::string_view text) {
  return directive != nullptr && directive->string_or() == text;
}

/// The type of a Go value, as far as JSON can make it: what must be alike for two values to be merged.
bool same_type(const Value& a, const Value& b) { return a.kind() == b.kind(); }

Items items_of(const Value* list) {
  if (list == nullptr) return {};
  return {list->items().begin(), list->items().end()};
}

Value list_of(const Items& items, json::Arena& arena) {
  Value list = Value::array(arena, static_cast<std::uint32_t>(items.size()));
  for (const Value& item : items) list.push_back(item, arena);
  return list;
}

/// What the schema says of a member.
struct Lookup {
  const Type* type = nullptr;
  std::uint8_t strategy = schema::kPatchDefault;
  std::string_view merge_key;
  bool has(schema::PatchStrategy wanted) const { return (strategy & wanted) != 0; }
};

Result<Lookup> look_up(const Type& type, std::string_view name) {
  if (!type.is_struct()) {
    std::string_view kind = type.is_map() ? "map" : type.is_list() ? "slice" : "struct";
    if (kind != "struct") {
      return std::unexpected(go_error("merging an object in json but data type is not struct, instead is: " +
                                      std::string(kind)));
    }
  }
  if (const schema::Field* field = type.is_struct() ? type.field(name) : nullptr) {
    return Lookup{field->type, field->patch_strategy, field->patch_merge_key};
  }
  std::string of = type.shape == schema::Shape::kRawExtension ? "RawExtension" : std::string(type.name);
  return std::unexpected(go_error("unable to find api field in struct " + of + " for the json field \"" +
                                  std::string(name) + "\""));
}

Result<Lookup> look_up_list(const Type& type, std::string_view name) {
  TRY(Lookup found, look_up(type, name));
  if (found.type == nullptr || !found.type->is_list()) {
    return std::unexpected(go_error("expected slice or array type, but got: struct"));
  }
  if (found.type->element != nullptr && found.type->element->is_list())
    return std::unexpected(go_error("unexpected slice of slice"));
  found.type = found.type->element;
  return found;
}

class StrategicMerger {
 public:
  explicit StrategicMerger(json::Arena& arena) : arena_(arena) {}

  /// `type` may be a map's: then only scalars can be merged below it.
  Result<Value> merge_map(const Value* original, const Value& patch, const Type& type) {
    if (const Value* directive = patch.find(kDirective)) return directed(*directive, patch);
    Value merged = copy_of(original);
    TRY_OK(retain_keys(merged, patch));
    Value rest = copy_of(&patch);
    rest.erase(kRetainKeys);
    TRY_OK(merge_ordered_lists(merged, rest, type));
    Names gone;
    for (const auto& member : rest.members())
      TRY_OK(merge_member(merged, member.name, member.value, type, gone));
    return gone.empty() ? merged
                        : filtered(merged, [&](std::string_view name) { return !gone.contains(name); });
  }

 private:
  using Names = std::unordered_set<std::string_view>;

  /// The members of these names: many can go at the cost of one.
  template <class Wanted>
  Value filtered(const Value& object, Wanted wanted) {
    Value kept = Value::object(arena_, object.size());
    for (const auto& member : object.members()) {
      if (wanted(member.name)) kept.append_member(member.name, member.value, arena_);
    }
    return kept;
  }

  Value copy_of(const Value* object) {
    Value copy = Value::object(arena_, object == nullptr ? 4 : object->size() + 2);
    if (object == nullptr) return copy;
    for (const auto& member : object->members()) copy.append_member(member.name, member.value, arena_);
    return copy;
  }

  Result<Value> directed(const Value& directive, const Value& patch) {
    if (is(&directive, "delete")) return Value::object(arena_);
    if (!is(&directive, "replace")) return std::unexpected(unknown_directive(directive, patch));
    Value replaced = copy_of(&patch);
    replaced.erase(kDirective);
    return replaced;
  }

  Result<void> retain_keys(Value& original, const Value& patch) {
    const Value* keys = patch.find(kRetainKeys);
    if (keys == nullptr) return {};
    if (!keys->is_array()) return std::unexpected(bad_format("retainKeys"));
    Names names;
    for (const Value& key : keys->items()) {
      if (key.is_string()) names.insert(key.as_string());
    }
    auto retained = [&](std::string_view name) { return names.contains(name); };
    for (const auto& member : patch.members()) {
      if (member.name == kRetainKeys || member.value.is_null() ||
          member.name.starts_with(kDeleteFromPrimitiveList) || member.name.starts_with(kSetElementOrder)) {
        continue;
      }
      if (!retained(member.name)) return std::unexpected(bad_format("retainKeys"));
    }
    original = filtered(original, retained);
    return {};
  }

  /// Handles every $setElementOrder/x with its list x, and takes both out of `patch`.
  Result<void> merge_ordered_lists(Value& merged, Value& patch, const Type& type) {
    for (std::uint32_t i = 0; i < patch.size();) {
      auto directive = patch.members()[i];
      if (!directive.name.starts_with(kSetElementOrder)) {
        ++i;
        continue;
      }
      patch.erase(directive.name);
      if (!directive.value.is_array()) return std::unexpected(bad_type("[]interface {}", directive.value));
      auto slash = directive.name.find('/');
      if (slash != kSetElementOrder.size()) return std::unexpected(bad_format("setElementOrder list"));
      auto name = directive.name.substr(slash + 1);
      TRY(bool done,
          merge_ordered_list(merged, patch, name, items_of(&directive.value), directive.value, type));
      if (done) {
        patch.erase(name);
        i = 0;
      }
    }
    return {};
  }

  Result<bool> merge_ordered_list(Value& merged, const Value& patch, std::string_view name,
                                  const Items& order, const Value& order_value, const Type& type) {
    const Value* live = merged.find(name);
    const Value* change = patch.find(name);
    if (live != nullptr && !live->is_array()) return std::unexpected(bad_type("[]interface {}", *live));
    if (change != nullptr && !change->is_array()) return std::unexpected(bad_type("[]interface {}", *change));
    TRY(Lookup lookup, look_up_list(type, name));
    MergeKey key{lookup.merge_key, !lookup.merge_key.empty()};
    TRY_OK(check_order(change, order, order_value, key));
    if (live == nullptr && change == nullptr) return false;
    Items result = items_of(live);
    if (live == nullptr) {
      auto added = without_directives(*change);
      result = items_of(&*added);
    } else if (change != nullptr) {
      TRY(Value made, merge_list(*live, *change, lookup, Deletion::kNo));
      result = items_of(&made);
    }
    if ((live == nullptr || live->empty()) && (change == nullptr || change->empty())) {
      return std::unexpected(go_error("no elements in any of the given slices"));
    }
    TRY(Items ordered, in_order(result, order, items_of(live), key));
    merged.set(name, list_of(ordered, arena_), arena_);
    return true;
  }

  /// The patch's list must follow the order it asks for.
  Result<void> check_order(const Value* patch_list, const Items& order, const Value& order_value,
                           const MergeKey& key) {
    if (patch_list == nullptr || patch_list->empty() || order.empty()) return {};
    std::size_t next = 0;
    for (const Value& item : patch_list->items()) {
      if (item.is_object() && item.find(kDirective) != nullptr) continue;
      bool found = false;
      while (next < order.size() && !found) {
        TRY(found, same_item(item, order[next], key));
        ++next;
      }
      if (!found) {
        return std::unexpected(go_error("The order in patch list:\n" + meta::go_value_text(*patch_list) +
                                        "\n doesn't match " + std::string(kSetElementOrder) + " list:\n" +
                                        meta::go_value_text(order_value) + "\n"));
      }
    }
    return {};
  }

  static Result<bool> same_item(const Value& a, const Value& b, const MergeKey& key) {
    if (!key.of_maps) return same_scalar(a, b);
    for (const Value* item : {&a, &b}) {
      if (!item->is_object()) return std::unexpected(bad_type("map[string]interface {}", *item));
      if (item->find(key.name) == nullptr) return std::unexpected(no_merge_key(*item, key.name));
    }
    return same_scalar(*a.find(key.name), *b.find(key.name));
  }

  enum class Deletion : bool { kNo, kYes };

  /// What is to be removed is added to `gone`.
  Result<void> merge_member(Value& merged, std::string_view name, const Value& patch, const Type& type,
                            Names& gone) {
    Deletion deletion = Deletion::kNo;
    if (name.starts_with(kDeleteFromPrimitiveList)) {
      auto slash = name.find('/');
      if (slash != kDeleteFromPrimitiveList.size()) return std::unexpected(bad_format("primitive list"));
      name = name.substr(slash + 1);
      deletion = Deletion::kYes;
    }
    if (patch.is_null()) {
      gone.insert(name);
      return {};
    }
    const Value* original = merged.find(name);
    if (original == nullptr || !same_type(*original, patch) || (!patch.is_object() && !patch.is_array())) {
      if (deletion == Deletion::kYes) return {};
      if (auto value = without_directives(without_nulls(patch))) {
        merged.set(name, *value, arena_);
      } else {
        gone.insert(name);
      }
      return {};
    }
    if (patch.is_object()) {
      TRY(Lookup lookup, look_up(type, name));
      if (lookup.has(schema::kPatchReplace)) {
        merged.set(name, patch, arena_);
        return {};
      }
      TRY(Value made, merge_map(original, patch, *lookup.type));
      merged.set(name, made, arena_);
      return {};
    }
    TRY(Lookup lookup, look_up_list(type, name));
    TRY(Value made, merge_list(*original, patch, lookup, deletion));
    merged.set(name, made, arena_);
    return {};
  }

  Result<Value> merge_list(const Value& original, const Value& patch, const Lookup& lookup,
                           Deletion deletion) {
    if (!lookup.has(schema::kPatchMerge) && deletion == Deletion::kNo) return patch;
    if (original.empty() && patch.empty()) return original;
    TRY(bool maps, are_maps(original, patch));
    Items live = items_of(&original), changes = items_of(&patch), merged;
    if (!maps) {
      if (deletion == Deletion::kYes) {
        KeyIndex gone(changes, MergeKey{});
        std::erase_if(live, [&](const Value& item) { return gone.find(item) >= 0; });
        return list_of(live, arena_);
      }
      merged = live;
      merged.insert(merged.end(), changes.begin(), changes.end());
      remove_duplicates(merged);
    } else {
      if (lookup.merge_key.empty())
        return std::unexpected(go_error("cannot merge lists without merge key for struct"));
      TRY_OK(obey_item_directives(live, changes, lookup.merge_key));
      merged = live;
      TRY_OK(merge_items(merged, changes, lookup));
    }
    TRY(Items ordered,
        in_order(merged, changes, live, MergeKey{lookup.merge_key, !lookup.merge_key.empty()}));
    return list_of(ordered, arena_);
  }

  Result<bool> are_maps(const Value& original, const Value& patch) {
    const Value* first = nullptr;
    for (const Value* list : {&original, &patch}) {
      for (const Value& item : list->items()) {
        if (first == nullptr) {
          first = &item;
          if (item.is_array()) return std::unexpected(meta::generic_server_response(422));  // lists of lists
        } else if (!same_type(*first, item)) {
          return std::unexpected(go_error("list element types are not identical: [" +
                                          meta::go_value_text(original) + " " + meta::go_value_text(patch) +
                                          "]"));
        }
      }
    }
    return first->is_object();
  }

  static void remove_duplicates(Items& items) {
    KeyIndex seen(MergeKey{});
    std::erase_if(items, [&](const Value& item) { return !seen.add(item, 0); });
  }

  /// Items with $patch: delete takes live ones away, replace all of them; the rest of `changes` is merged
  /// afterwards.
  Result<void> obey_item_directives(Items& live, Items& changes, std::string_view merge_key) {
    Items plain;
    const MergeKey key{merge_key, true};
    KeyIndex gone(key);
    bool replace = false;
    for (const Value& item : changes) {
      const Value* directive = item.find(kDirective);
      if (directive == nullptr) {
        plain.push_back(item);
      } else if (is(directive, "delete")) {
        if (key.of(item) == nullptr) return std::unexpected(no_merge_key(item, merge_key));
        gone.add(item, 0);
      } else if (is(directive, "replace")) {
        replace = true;
      } else if (is(directive, "merge")) {
        return std::unexpected(go_error("merging lists cannot yet be specified in the patch"));
      } else {
        return std::unexpected(unknown_directive(*directive, item));
      }
    }
    if (!gone.empty()) std::erase_if(live, [&](const Value& item) { return gone.find(item) >= 0; });
    changes = std::move(plain);
    if (replace) {
      live = std::move(changes);
      changes.clear();
    }
    return {};
  }

  Result<void> merge_items(Items& merged, const Items& changes, const Lookup& lookup) {
    MergeKey key{lookup.merge_key, true};
    KeyIndex known(merged, key);
    for (const Value& change : changes) {
      if (key.of(change) == nullptr) return std::unexpected(no_merge_key(change, lookup.merge_key));
      auto at = known.find(change);
      if (at < 0) {
        known.add(change, merged.size());
        merged.push_back(change);
        continue;
      }
      Value& item = merged[static_cast<std::size_t>(at)];
      TRY(item, merge_map(&item, change, *lookup.type));
    }
    return {};
  }

  Value without_nulls(const Value& value) {
    if (value.is_array()) {
      Value copy = Value::array(arena_, value.size());
      for (const Value& item : value.items()) copy.push_back(without_nulls(item), arena_);
      return copy;
    }
    if (!value.is_object()) return value;
    Value copy = Value::object(arena_, value.size());
    for (const auto& member : value.members()) {
      if (!member.value.is_null()) copy.append_member(member.name, without_nulls(member.value), arena_);
    }
    return copy;
  }

  /// Maps that bear $patch vanish, wherever they are.
  std::optional<Value> without_directives(const Value& value) {
    if (value.is_array()) {
      Value copy = Value::array(arena_, value.size());
      for (const Value& item : value.items()) {
        if (auto kept = without_directives(item)) copy.push_back(*kept, arena_);
      }
      return copy;
    }
    if (!value.is_object()) return value;
    if (value.find(kDirective) != nullptr) return std::nullopt;
    Value copy = Value::object(arena_, value.size());
    for (const auto& member : value.members()) {
      if (auto kept = without_directives(member.value)) copy.append_member(member.name, *kept, arena_);
    }
    return copy;
  }

  json::Arena& arena_;
};

}  // namespace

Result<Value> apply_strategic_merge_patch(const Value& object, const Value& patch, const Type& type,
                                          json::Arena& arena) {
  if (patch.is_null()) return object;
  if (!patch.is_object()) {
    return std::unexpected(meta::bad_request("json: cannot unmarshal " +
                                             std::string(codec::kind_word(patch)) +
                                             " into Go value of type map[string]interface {}"));
  }
  return StrategicMerger(arena).merge_map(&object, patch, type);
}

}  // namespace pedalion::patch
