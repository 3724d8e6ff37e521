#pragma once
// What updates and applies have in common: objects without their managedFields, who writes, recording an
// update.
#include "pedalion/apimachinery/managedfields/entries.h"

namespace pedalion::managedfields {

/// `object` with new containers for itself and its metadata, where managedFields is left out.
json::Value without_managed_fields(const json::Value& object, json::Arena& arena);
/// A new object of the type as Go makes it: required structs there, all else zero.
json::Value empty_object(const schema::Type& type, json::Arena& arena);
/// Fields nobody owns: what identifies the object, and what the server sets.
const FieldSet& stripped_fields();
Entry entry_of(const Manager& manager, ManagedOperation operation);
/// Brings `entries` up to date with an update from `before` to `after`, both without managedFields.
Result<void> record_update(const FieldManager& how, Entries& entries, const json::Value& before,
                           const json::Value& after, json::Arena& arena);

}  // namespace pedalion::managedfields
