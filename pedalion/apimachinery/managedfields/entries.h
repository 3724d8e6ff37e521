#pragma once
// metadata.managedFields as the field manager works on it: one entry a manager, in and out of its JSON form.
#include <optional>
#include <string>
#include <vector>

#include "pedalion/apimachinery/managedfields/field_manager.h"
#include "pedalion/apimachinery/managedfields/field_set.h"

namespace pedalion::managedfields {

enum class ManagedOperation : bool { kApply, kUpdate };

/// Who owns which fields. Views into the document it was read from.
struct Entry {
  std::string_view manager;
  ManagedOperation operation = ManagedOperation::kUpdate;
  std::string_view api_version, subresource;
  std::optional<std::int64_t> time_seconds;
  FieldSet fields;
  json::Value written;  // fields in JSON, while they are as they were read; else null

  /// An applier is one manager in all versions, an updater another one in each.
  bool same_manager(const Entry& other) const;
  /// Orders managers as Kubernetes does in reports and when times are equal.
  std::string identity() const;
  void set_fields(FieldSet changed);
  void lose(const FieldSet& lost);
};

using Entries = std::vector<Entry>;

/// Fails on what is no managedFields list of known forms; null is an empty one.
Result<Entries> decode_entries(const json::Value* managed_fields, json::Arena& arena);

/// The JSON form, sorted; entries must not be empty of fields.
json::Value encode_entries(Entries entries, json::Arena& arena);

/// Merges the oldest updaters into "ancient-changes" until no more than ten are left.
void cap_updaters(Entries& entries);

/// The entry of the same manager; null when there is none.
Entry* find_manager(Entries& entries, const Entry& wanted);

}  // namespace pedalion::managedfields
