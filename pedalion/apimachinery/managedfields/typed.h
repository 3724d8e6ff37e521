#pragma once
// Objects as their schema sees them: which fields they have, how two differ, merging and removing by field.
#include <optional>
#include <string>

#include "pedalion/apimachinery/managedfields/field_set.h"
#include "pedalion/apimachinery/managedfields/place.h"

namespace pedalion::managedfields {

/// Every field that `object` says something about: what an applier of it owns.
FieldSet fields_of(const schema::Type& type, const json::Value& object, json::Arena& arena);

/// The same of an object that validate() passes; else its error.
Result<FieldSet> valid_fields_of(const schema::Type& type, const json::Value& object, json::Arena& arena);

/// What changed from one object to another. No field is in two of the sets.
struct Comparison {
  FieldSet removed, modified, added;
  bool same() const { return removed.empty() && modified.empty() && added.empty(); }
  FieldSet all() const { return set_union(set_union(modified, added), removed); }
};

/// Fails when a list item has no key.
Result<Comparison> compare(const schema::Type& type, const json::Value& before, const json::Value& after,
                           json::Arena& arena);

/// Checks an applied object against the schema, strictly: unknown fields, wrong kinds, duplicate list items.
/// The error's message is that of structured-merge-diff: `.spec.replicas: expected numeric (int or float),
/// got string`.
Result<void> validate(const schema::Type& type, const json::Value& object, json::Arena& arena);

/// Whether validate() would pass a value that stands there.
bool is_valid(const Place& place, const json::Value& value, json::Arena& arena);

/// `live` with what `applied`, which validate() has passed, says in place of what it said there.
Result<json::Value> merge(const schema::Type& type, const json::Value& live, const json::Value& applied,
                          json::Arena& arena);

/// `object` without the fields of `fields`. What shrinks to nothing becomes null.
json::Value remove_fields(const schema::Type& type, const json::Value& object, const FieldSet& fields,
                          json::Arena& arena);

/// `fields` and the declared fields that lead to them.
FieldSet with_named_parents(const schema::Type& type, const FieldSet& fields);

/// `fields` with what lies below atomic values taken back to those; for entries written under an older
/// schema. Nothing when that changes nothing.
std::optional<FieldSet> reconciled(const schema::Type& type, const FieldSet& fields);

}  // namespace pedalion::managedfields
