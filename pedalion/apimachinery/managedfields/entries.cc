#include "pedalion/apimachinery/managedfields/entries.h"

#include <algorithm>
#include <tuple>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/managedfields/canonical_text.h"
#include "pedalion/apimachinery/meta/field_error.h"
#include "pedalion/apimachinery/meta/time.h"

namespace pedalion::managedfields {
namespace {

using json::Value;

constexpr std::size_t kMaxUpdaters = 10;
constexpr std::string_view kOldUpdates = "ancient-changes";

Status undecodable(std::string text) { return Status(500, "", std::move(text)); }

/// Is the JSON form as it would be written? Then it can be used again.
bool is_canonical(const Value& fields, std::span<const FieldSet::Node> nodes) {
  std::size_t i = 0;
  for (const auto& member : fields.members()) {
    if (member.name == ".") {
      if (&member != fields.members().data() || !member.value.is_object() || !member.value.empty())
        return false;
      continue;
    }
    if (i >= nodes.size() || nodes[i].element() != member.name) return false;
    const auto& node = nodes[i];
    bool has_self = member.value.find(".") != nullptr;
    if (!member.value.is_object() ||
        (node.size == 1 ? !member.value.empty() : has_self != (node.member == 1)))
      return false;
    if (!is_canonical(member.value, nodes.subspan(i + 1, node.size - 1))) return false;
    i += node.size;
  }
  return i == nodes.size();
}

Result<Entry> decode_entry(const Value& value, std::size_t index, json::Arena& arena) {
  Entry entry;
  auto operation = value.string_at({"operation"});
  if (operation != "Apply" && operation != "Update")
    return std::unexpected(undecodable("operation must be `Apply` or `Update`"));
  entry.operation = operation == "Apply" ? ManagedOperation::kApply : ManagedOperation::kUpdate;
  entry.manager = value.string_at({"manager"});
  entry.api_version = value.string_at({"apiVersion"});
  entry.subresource = value.string_at({"subresource"});
  if (entry.api_version.empty()) return std::unexpected(undecodable("apiVersion must not be empty"));
  auto fields_type = value.string_at({"fieldsType"});
  if (fields_type != "FieldsV1") {
    std::string what =
        fields_type.empty() ? "missing fieldsType" : "invalid fieldsType " + meta::go_quoted(fields_type);
    return std::unexpected(undecodable(what + " in managed fields entry " + std::to_string(index)));
  }
  if (const Value* time = value.find("time"); time != nullptr && time->is_string()) {
    TRY(auto instant, meta::parse_time(time->as_string()));
    entry.time_seconds = instant.seconds;
  }
  const Value* fields = value.find("fieldsV1");
  if (fields == nullptr || fields->is_null()) return entry;
  Value tree = *fields;
  if (fields->is_raw()) {
    if (auto canonical = read_canonical(fields->as_raw(), arena)) {
      entry.fields = *std::move(canonical);
      entry.written = *fields;
      return entry;
    }
    TRY(tree, json::parse(fields->as_raw(), arena));
  }
  TRY(entry.fields, FieldSet::parse(tree, arena));
  if (is_canonical(tree, entry.fields.nodes())) entry.written = tree;
  return entry;
}

auto order_key(const Entry& entry) {
  return std::make_tuple(entry.operation, entry.time_seconds.value_or(0), entry.manager, entry.api_version,
                         entry.subresource);
}

}  // namespace

bool Entry::same_manager(const Entry& other) const {
  return manager == other.manager && operation == other.operation && subresource == other.subresource &&
         (operation == ManagedOperation::kApply || api_version == other.api_version);
}

std::string Entry::identity() const {
  std::string text = "{";
  auto add = [&](std::string_view key, std::string_view value) {
    if (value.empty()) return;
    if (text.size() > 1) text += ',';
    json::write_string(key, text);
    text += ':';
    json::write_string(value, text);
  };
  bool update = operation == ManagedOperation::kUpdate;
  add("manager", manager);
  add("operation", update ? "Update" : "Apply");
  add("apiVersion", update ? api_version : "");
  add("subresource", subresource);
  return text + "}";
}

void Entry::set_fields(FieldSet changed) {
  if (changed.nodes().size() == fields.nodes().size() && changed == fields) return;
  fields = std::move(changed);
  written = Value();
}

void Entry::lose(const FieldSet& lost) {
  // Mostly it has none of them, and stays as it is written.
  if (intersection(fields, lost).empty()) return;
  fields.subtract(lost);
  written = Value();
}

Result<Entries> decode_entries(const Value* managed_fields, json::Arena& arena) {
  Entries entries;
  if (managed_fields == nullptr) return entries;
  for (std::size_t i = 0; i < managed_fields->items().size(); ++i) {
    TRY(Entry entry, decode_entry(managed_fields->items()[i], i, arena));
    if (Entry* same = find_manager(entries, entry)) {
      *same = std::move(entry);
    } else {
      entries.push_back(std::move(entry));
    }
  }
  return entries;
}

Value encode_entries(Entries entries, json::Arena& arena) {
  std::ranges::sort(entries, [](const Entry& a, const Entry& b) { return order_key(a) < order_key(b); });
  Value list = Value::array(arena, static_cast<std::uint32_t>(entries.size()));
  for (const Entry& entry : entries) {
    Value value = Value::object(arena, 7);
    if (!entry.manager.empty()) value.append_member("manager", Value::string(entry.manager), arena);
    value.append_member(
        "operation", Value::string(entry.operation == ManagedOperation::kApply ? "Apply" : "Update"), arena);
    value.append_member("apiVersion", Value::string(entry.api_version), arena);
    if (entry.time_seconds)
      value.append_member("time", Value::string(meta::format_time(*entry.time_seconds), arena), arena);
    value.append_member("fieldsType", Value::string("FieldsV1"), arena);
    value.append_member("fieldsV1", entry.written.is_null() ? entry.fields.to_json(arena) : entry.written,
                        arena);
    if (!entry.subresource.empty())
      value.append_member("subresource", Value::string(entry.subresource), arena);
    list.push_back(value, arena);
  }
  return list;
}

Entry* find_manager(Entries& entries, const Entry& wanted) {
  auto found = std::ranges::find_if(entries, [&](const Entry& entry) { return entry.same_manager(wanted); });
  return found == entries.end() ? nullptr : &*found;
}

void cap_updaters(Entries& entries) {
  auto is_updater = [](const Entry& entry) { return entry.operation == ManagedOperation::kUpdate; };
  auto count = static_cast<std::size_t>(std::ranges::count_if(entries, is_updater));
  if (count <= kMaxUpdaters) return;
  // Appliers first and out of the way, then updaters, oldest first.
  std::ranges::sort(entries, [](const Entry& a, const Entry& b) {
    if (a.operation != b.operation) return a.operation < b.operation;
    auto left = a.time_seconds.value_or(0), right = b.time_seconds.value_or(0);
    return left != right ? left < right : a.identity() < b.identity();
  });
  std::size_t first = entries.size() - count;
  std::vector<bool> gone(entries.size());
  for (std::size_t i = first; i < entries.size() && count > kMaxUpdaters; ++i) {
    // The first updater of a version is where later ones of that version go.
    std::size_t bucket = first;
    while (entries[bucket].api_version != entries[i].api_version) ++bucket;
    if (bucket == i) continue;
    Entry wanted;
    wanted.manager = kOldUpdates;
    wanted.api_version = entries[i].api_version;
    Entry* into = find_manager(entries, wanted);
    if (into == nullptr) {
      into = &entries[bucket];
      into->manager = kOldUpdates;
      into->subresource = {};
    } else if (into == &entries[i]) {
      continue;
    }
    into->set_fields(set_union(entries[i].fields, into->fields));
    into->time_seconds = entries[i].time_seconds;
    gone[i] = true;
    --count;
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (gone[i]) continue;
    if (kept != i) entries[kept] = std::move(entries[i]);
    ++kept;
  }
  entries.resize(kept);
}

}  // namespace pedalion::managedfields
