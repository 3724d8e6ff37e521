#include "pedalion/apimachinery/managedfields/updater.h"

#include <algorithm>

namespace pedalion::managedfields {
namespace {

using json::Value;

Status wrapped(std::string_view what, const Status& error) {
  return Status(500, "", std::string(what) + ": " + error.message);
}

std::string_view group_of(std::string_view api_version) {
  std::size_t slash = api_version.find('/');
  return slash == api_version.npos ? std::string_view() : api_version.substr(0, slash);
}

}  // namespace

Result<std::optional<Versioned>> Updater::in_version(const Value& object, std::string_view api_version) {
  // Between versions a tree says itself which one it has.
  std::string_view own = how_.convert ? object.string_at({"apiVersion"}) : std::string_view();
  bool is_own = own.empty() || own == how_.manager.api_version;
  if (is_own && api_version == how_.manager.api_version) return Versioned{how_.type, object};
  if (!how_.convert) {
    // Another group's version is none that this kind is known by.
    if (group_of(api_version) != group_of(how_.manager.api_version)) return std::nullopt;
    return Versioned{how_.type, object};
  }
  auto converted = how_.convert(object, api_version, arena_);
  if (converted) return *converted;
  if (converted.error().has_reason("NotFound")) return std::nullopt;
  return std::unexpected(converted.error());
}

FieldSet Updater::filtered(FieldSet fields) const {
  if (how_.reset_fields == nullptr || how_.reset_fields->empty()) return fields;
  return recursive_difference(std::move(fields), *how_.reset_fields);
}

Result<void> Updater::reconcile(Entries& entries, const Value& live) {
  std::map<std::string_view, const schema::Type*> types;
  for (const Entry& entry : entries) {
    if (types.contains(entry.api_version)) continue;
    TRY(auto there, in_version(live, entry.api_version));
    types[entry.api_version] = there ? there->type : nullptr;
  }
  std::erase_if(entries, [&](const Entry& entry) { return types[entry.api_version] == nullptr; });
  for (Entry& entry : entries) {
    if (auto changed = reconciled(*types[entry.api_version], entry.fields))
      entry.set_fields(*std::move(changed));
  }
  return {};
}

Result<Comparison> Updater::changes(const Value& before, const Value& after) {
  auto compared = compare(*how_.type, before, after, arena_);
  if (!compared) return std::unexpected(wrapped("failed to compare objects", compared.error()));
  return Comparison{filtered(std::move(compared->removed)), filtered(std::move(compared->modified)),
                    filtered(std::move(compared->added))};
}

Result<const Comparison*> Updater::comparison_in(std::string_view api_version, const Comparison& own,
                                                 const Value& before, const Value& after) {
  if (api_version == how_.manager.api_version || !how_.convert) return &own;
  if (auto known = comparisons_.find(api_version); known != comparisons_.end())
    return known->second ? &*known->second : nullptr;
  TRY(auto old_object, in_version(before, api_version));
  TRY(auto new_object, in_version(after, api_version));
  auto& made = comparisons_[api_version];
  if (!old_object || !new_object) return nullptr;
  TRY(made, compare(*new_object->type, old_object->object, new_object->object, arena_));
  return &*made;
}

Result<std::vector<Conflict>> Updater::conflicts(const Entries& entries, const Entry& self,
                                                 const Comparison& own, const Value& before,
                                                 const Value& after) {
  std::vector<Conflict> found;
  for (const Entry& entry : entries) {
    if (entry.same_manager(self)) continue;
    TRY(const Comparison* change, comparison_in(entry.api_version, own, before, after));
    if (change == nullptr || change->same()) continue;
    FieldSet fields = intersection(entry.fields, set_union(change->modified, change->added));
    if (fields.empty()) continue;
    found.push_back({entry});
    found.back().entry.set_fields(std::move(fields));
  }
  std::ranges::sort(
      found, [](const Conflict& a, const Conflict& b) { return a.entry.identity() < b.entry.identity(); });
  return found;
}

Result<void> Updater::take_from_others(Entries& entries, const Entry& self, const Comparison& own,
                                       const Value& before, const Value& after) {
  for (Entry& entry : entries) {
    if (entry.same_manager(self)) continue;
    TRY(const Comparison* change, comparison_in(entry.api_version, own, before, after));
    if (change == nullptr) {
      entry.set_fields({});
    } else if (!change->same()) {
      entry.lose(change->all());
    }
  }
  std::erase_if(entries, [](const Entry& entry) { return entry.fields.empty(); });
  return {};
}

Result<Value> Updater::add_back_owned(const Value& merged, Value pruned, const Entries& entries,
                                      std::string_view first) {
  std::map<std::string_view, FieldSet> managed;
  for (const Entry& entry : entries)
    managed[entry.api_version] = set_union(managed[entry.api_version], entry.fields);
  std::vector<std::string_view> versions;
  if (managed.contains(first)) versions.push_back(first);
  for (const auto& [version, fields] : managed) {
    if (version != first) versions.push_back(version);
  }
  for (auto version : versions) {
    TRY(auto whole, in_version(merged, version));
    TRY(auto rest, in_version(pruned, version));
    if (!whole || !rest) continue;
    FieldSet all = with_named_parents(*whole->type, fields_of(*whole->type, whole->object, arena_));
    FieldSet kept = with_named_parents(*whole->type, fields_of(*rest->type, rest->object, arena_));
    FieldSet owned = with_named_parents(*whole->type, managed[version]);
    pruned = remove_fields(*whole->type, whole->object, difference(all, set_union(kept, owned)), arena_);
    if (version != first && how_.convert) {
      TRY(auto back, how_.convert(pruned, first, arena_));
      pruned = back.object;
    }
  }
  return pruned;
}

bool Updater::gives_nothing_up(const Entries& entries, const Entry& last) const {
  auto now = std::ranges::find_if(entries, [&](const Entry& entry) { return entry.same_manager(last); });
  return now != entries.end() && now->api_version == last.api_version &&
         last.api_version == how_.manager.api_version && covers(now->fields, last.fields);
}

Result<Value> Updater::prune(const Value& merged, const Entries& entries, const Entry& last) {
  if (last.fields.empty() || gives_nothing_up(entries, last)) return merged;
  TRY(auto converted, in_version(merged, last.api_version));
  if (!converted) return merged;
  const schema::Type& type = *converted->type;
  FieldSet last_fields = with_named_parents(type, last.fields);
  Value pruned = remove_fields(type, converted->object, last_fields, arena_);
  TRY(pruned, add_back_owned(converted->object, pruned, entries, last.api_version));
  // What vanished must have been this applier's; give back what was not.
  FieldSet all = with_named_parents(type, fields_of(type, converted->object, arena_));
  FieldSet kept = with_named_parents(type, fields_of(type, pruned, arena_));
  pruned = remove_fields(type, converted->object, intersection(difference(all, kept), last_fields), arena_);
  if (last.api_version == how_.manager.api_version || !how_.convert) return pruned;
  TRY(auto back, how_.convert(pruned, how_.manager.api_version, arena_));
  return back.object;
}

}  // namespace pedalion::managedfields
