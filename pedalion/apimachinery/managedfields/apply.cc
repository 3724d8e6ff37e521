#include <algorithm>
#include <utility>

#include "pedalion/apimachinery/managedfields/field_manager.h"
#include "pedalion/apimachinery/managedfields/last_applied.h"
#include "pedalion/apimachinery/managedfields/request.h"
#include "pedalion/apimachinery/managedfields/updater.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/meta/field_error.h"
#include "pedalion/apimachinery/meta/group_version.h"

namespace pedalion::managedfields {
namespace {

using json::Value;

constexpr std::string_view kBeforeFirstApply = "before-first-apply";

Status go_error(std::string text) { return Status(500, "", std::move(text)); }

/// `apps/v1, Kind=Deployment`.
std::string kind_text(std::string_view api_version, std::string_view kind) {
  std::string text(api_version);
  if (text.find('/') == std::string::npos) text.insert(0, "/");
  return text + ", Kind=" + std::string(kind);
}

Result<void> check_identity(const FieldManager& how, const Value& live, const Value& applied) {
  auto api_version = applied.string_at({"apiVersion"}), kind = applied.string_at({"kind"});
  auto expected = live.string_at({"kind"});
  if (expected.empty()) expected = how.type->name;
  if (api_version != how.manager.api_version || kind != expected) {
    return std::unexpected(meta::bad_request("invalid object type: " + kind_text(api_version, kind)));
  }
  const Value* managed_fields = applied.at({"metadata", "managedFields"});
  if (managed_fields != nullptr && managed_fields->is_array()) {
    return std::unexpected(meta::bad_request("metadata.managedFields must be nil"));
  }
  return {};
}

/// The fields that the applier is going to own; fails when the configuration is not as the schema wants it.
Result<FieldSet> fields_applied(const FieldManager& how, const Value& applied, json::Arena& arena) {
  auto fields = valid_fields_of(*how.type, applied, arena);
  if (fields) return fields;
  std::string who = std::string(applied.string_at({"metadata", "namespace"})) + "/" +
                    std::string(applied.string_at({"metadata", "name"})) + "; " +
                    kind_text(applied.string_at({"apiVersion"}), applied.string_at({"kind"}));
  return std::unexpected(
      go_error("failed to create typed patch object (" + who + "): " + fields.error().message));
}

/// `"m1"`, `"m2" with subresource "status" using v1`.
std::string manager_text(const Entry& entry) {
  std::string text = meta::go_quoted(entry.manager);
  if (!entry.subresource.empty()) text += " with subresource " + meta::go_quoted(entry.subresource);
  if (entry.operation == ManagedOperation::kUpdate) text += " using " + std::string(entry.api_version);
  return text;
}

Status conflict_status(const std::vector<Conflict>& conflicts) {
  StatusDetails details;
  std::string lines, single;
  for (const Conflict& conflict : conflicts) {
    std::string who = manager_text(conflict.entry);
    lines += (lines.empty() ? "" : "\n") + ("conflicts with " + who + ":");
    for (const std::string& path : conflict.entry.fields.path_texts()) {
      lines += "\n- " + path;
      single = "conflict with " + who + ": " + path;
      details.causes.push_back({"FieldManagerConflict", "conflict with " + who, path});
    }
  }
  std::string message =
      details.causes.size() == 1
          ? "Apply failed with 1 conflict: " + single
          : "Apply failed with " + std::to_string(details.causes.size()) + " conflicts: " + lines;
  return Status(409, "Conflict", std::move(message), std::move(details));
}

/// Conflicts that a change from client-side to server-side apply does not explain.
std::vector<Conflict> unexplained(const FieldManager& how, std::vector<Conflict> conflicts, const Value& live,
                                  json::Arena& arena) {
  if (conflicts.empty() || how.manager.name != kKubectl) return conflicts;
  FieldSet explained = fields_last_applied(*how.type, how.manager.api_version, live, arena);
  for (Conflict& conflict : conflicts)
    conflict.entry.set_fields(difference(conflict.entry.fields, explained));
  std::erase_if(conflicts, [](const Conflict& conflict) { return conflict.entry.fields.empty(); });
  return conflicts;
}

/// Fields that were there before anybody was tracked belong to an updater of their own.
Result<void> record_first(const FieldManager& how, Entries& entries, const Value& live, json::Arena& arena) {
  FieldManager before = how;
  before.manager.name = kBeforeFirstApply;
  return record_update(before, entries, empty_object(*how.type, arena), live, arena);
}

/// Ownership is settled: strips it of what nobody owns, and writes it into the object.
Value finish(const FieldManager& how, Value object, bool changed, Entries entries, const Entry& self,
             const Entry& last, json::Arena& arena) {
  if (Entry* mine = find_manager(entries, self)) {
    mine->lose(stripped_fields());
    if (mine->fields == last.fields) mine->written = last.written;
    if (changed) mine->time_seconds = how.now_seconds;
  }
  std::erase_if(entries, [](const Entry& entry) { return entry.fields.empty(); });
  Value result = without_managed_fields(object, arena);
  if (!entries.empty()) {
    result.object_at("metadata", arena)
        .append_member("managedFields", encode_entries(std::move(entries), arena), arena);
  }
  return result;
}

/// Replaces or adds the applier's entry; gives the one it had.
Entry replace_entry(Entries& entries, Entry owner) {
  Entry* found = find_manager(entries, owner);
  if (found == nullptr) {
    entries.push_back(std::move(owner));
    return {};
  }
  owner.time_seconds = found->time_seconds;
  return std::exchange(*found, std::move(owner));
}

}  // namespace

Result<Value> apply(const FieldManager& how, const Value& live, const Value& applied, Force force,
                    json::Arena& arena) {
  TRY_OK(check_identity(how, live, applied));
  auto decoded = decode_entries(live.at({"metadata", "managedFields"}), arena);
  if (!decoded)
    return std::unexpected(go_error("failed to decode managed fields: " + decoded.error().message));
  Entries entries = std::move(*decoded);
  Value before = without_managed_fields(live, arena);
  if (entries.empty()) {
    auto recorded = record_first(how, entries, before, arena);
    if (!recorded)
      return std::unexpected(
          go_error("failed to create manager for existing fields: " + recorded.error().message));
  }
  TRY(FieldSet fields, fields_applied(how, applied, arena));

  Updater updater(how, arena);
  TRY_OK(updater.reconcile(entries, before));
  auto merged = merge(*how.type, before, applied, arena);
  if (!merged) return std::unexpected(go_error("failed to merge config: " + merged.error().message));
  const Entry self = entry_of(how.manager, ManagedOperation::kApply);
  Entry owner = self;
  owner.fields = updater.filtered(std::move(fields));
  const Entry last = replace_entry(entries, std::move(owner));
  auto pruned = updater.prune(*merged, entries, last);
  if (!pruned) return std::unexpected(go_error("failed to prune fields: " + pruned.error().message));

  TRY(Comparison change, updater.changes(before, *pruned));
  if (force == Force::kNo) {
    TRY(auto conflicts, updater.conflicts(entries, self, change, before, *pruned));
    conflicts = unexplained(how, std::move(conflicts), live, arena);
    if (!conflicts.empty()) return std::unexpected(conflict_status(conflicts));
  }
  TRY_OK(updater.take_from_others(entries, self, change, before, *pruned));
  bool changed = !change.same() || !json::equal(before, *pruned);
  Value result = finish(how, changed ? *pruned : before, changed, std::move(entries), self, last, arena);
  if (how.manager.name == kKubectl) renew_last_applied(result, applied, arena);
  return result;
}

}  // namespace pedalion::managedfields
