#include <algorithm>

#include "pedalion/apimachinery/codec/shape.h"
#include "pedalion/apimachinery/managedfields/field_manager.h"
#include "pedalion/apimachinery/managedfields/request.h"
#include "pedalion/apimachinery/managedfields/updater.h"

namespace pedalion::managedfields {

using json::Value;

Value without_managed_fields(const Value& object, json::Arena& arena) {
  Value copy = Value::object(arena, object.size() + 1);
  for (const auto& member : object.members()) {
    Value value = member.value;
    if (member.name == "metadata" && value.is_object()) {
      value = Value::object(arena, member.value.size() + 1);
      for (const auto& fact : member.value.members()) {
        if (fact.name != "managedFields") value.append_member(fact.name, fact.value, arena);
      }
    }
    copy.append_member(member.name, value, arena);
  }
  return copy;
}

Value empty_object(const schema::Type& type, json::Arena& arena) {
  auto shaped = codec::shape(type, Value::object(arena), arena);
  return shaped ? *shaped : Value::object(arena);
}

const FieldSet& stripped_fields() {
  static const FieldSet kStripped = FieldSet::of_paths({{"f:apiVersion"},
                                                        {"f:kind"},
                                                        {"f:metadata"},
                                                        {"f:metadata", "f:name"},
                                                        {"f:metadata", "f:namespace"},
                                                        {"f:metadata", "f:creationTimestamp"},
                                                        {"f:metadata", "f:selfLink"},
                                                        {"f:metadata", "f:uid"},
                                                        {"f:metadata", "f:clusterName"},
                                                        {"f:metadata", "f:generation"},
                                                        {"f:metadata", "f:managedFields"},
                                                        {"f:metadata", "f:resourceVersion"}});
  return kStripped;
}

Entry entry_of(const Manager& manager, ManagedOperation operation) {
  Entry entry;
  entry.manager = manager.name.empty() ? "unknown" : manager.name;
  entry.operation = operation;
  entry.api_version = manager.api_version;
  entry.subresource = manager.subresource;
  return entry;
}

Result<void> record_update(const FieldManager& how, Entries& entries, const Value& before, const Value& after,
                           json::Arena& arena) {
  Updater updater(how, arena);
  TRY_OK(updater.reconcile(entries, before));
  TRY(Comparison change, updater.changes(before, after));
  Entry self = entry_of(how.manager, ManagedOperation::kUpdate);
  self.fields = difference(set_union(change.modified, change.added), stripped_fields());
  TRY_OK(updater.take_from_others(entries, self, change, before, after));
  if (Entry* previous = find_manager(entries, self)) {
    // Mostly what changes has been the manager's for long, and the entry stays as it is.
    previous->lose(difference(change.all(), self.fields));
    if (!covers(previous->fields, self.fields))
      previous->set_fields(set_union(self.fields, previous->fields));
    if (!self.fields.empty()) previous->time_seconds = how.now_seconds;
    if (previous->fields.empty()) entries.erase(entries.begin() + (previous - entries.data()));
  } else if (!self.fields.empty()) {
    self.time_seconds = how.now_seconds;
    entries.push_back(std::move(self));
  }
  return {};
}

namespace {

bool is_reset(const Value* managed_fields) {
  if (managed_fields == nullptr || !managed_fields->is_array()) return false;
  return managed_fields->empty() || (managed_fields->size() == 1 && managed_fields->items()[0].is_object() &&
                                     managed_fields->items()[0].empty());
}

/// The entries to go on from: those the client sent, else the live object's.
Entries entries_before(const FieldManager& how, const Value* live, const Value* sent, json::Arena& arena) {
  if (how.manager.subresource.empty()) {
    if (is_reset(sent)) return {};
    if (auto entries = decode_entries(sent, arena); entries && !entries->empty()) return std::move(*entries);
  }
  if (live == nullptr) return {};
  auto entries = decode_entries(live->at({"metadata", "managedFields"}), arena);
  return entries ? std::move(*entries) : Entries();
}

void set_managed_fields(Value& object, const Value& managed_fields, json::Arena& arena) {
  object.object_at("metadata", arena).append_member("managedFields", managed_fields, arena);
}

}  // namespace

void track_update(const FieldManager& how, const Value* live, Value& object, json::Arena& arena) {
  const Value* metadata = object.find("metadata");
  if (metadata == nullptr || !metadata->is_object()) return;
  Entries entries = entries_before(how, live, metadata->find("managedFields"), arena);
  object = without_managed_fields(object, arena);
  bool exists = live != nullptr && !live->string_at({"metadata", "uid"}).empty();
  if (entries.empty() && exists) return;  // nobody tracks this object
  Value before = live == nullptr ? empty_object(*how.type, arena) : without_managed_fields(*live, arena);
  if (!record_update(how, entries, before, object, arena)) {
    const Value* kept = live == nullptr ? nullptr : live->at({"metadata", "managedFields"});
    if (kept != nullptr) set_managed_fields(object, *kept, arena);
    return;
  }
  cap_updaters(entries);
  if (!entries.empty()) set_managed_fields(object, encode_entries(std::move(entries), arena), arena);
}

namespace {

/// Are the members the same, that of one name aside?
bool same_members_but(std::string_view aside, const Value& a, const Value& b) {
  const auto count = [&](const Value& object) {
    return object.size() - (object.find(aside) == nullptr ? 0 : 1);
  };
  return count(a) == count(b) && std::ranges::all_of(a.members(), [&](const json::Member& member) {
           const Value* other = member.name == aside ? nullptr : b.find(member.name);
           return member.name == aside || (other != nullptr && json::equal(member.value, *other));
         });
}

bool same_entries_but_for_times(const Value* a, const Value* b) {
  const auto entries = [](const Value* list) {
    return list == nullptr ? std::span<const Value>() : list->items();
  };
  return std::ranges::equal(entries(a), entries(b), [](const Value& left, const Value& right) {
    return same_members_but("time", left, right);
  });
}

}  // namespace

bool equal_but_for_times(const Value& a, const Value& b) {
  static const Value kNone;
  const auto member = [](const Value& object, std::string_view name) -> const Value& {
    const Value* found = object.find(name);
    return found == nullptr ? kNone : *found;
  };
  const Value &left = member(a, "metadata"), &right = member(b, "metadata");
  return same_entries_but_for_times(left.find("managedFields"), right.find("managedFields")) &&
         same_members_but("managedFields", left, right) && same_members_but("metadata", a, b);
}

}  // namespace pedalion::managedfields
