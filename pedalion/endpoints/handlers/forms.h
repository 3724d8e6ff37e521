#pragma once
// Objects in the forms that clients ask for: whole, as PartialObjectMetadata, as a Table.
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/endpoints/handlers/negotiation.h"
#include "pedalion/registry/rest/resource.h"
#include "pedalion/watchcache/object.h"

namespace pedalion::endpoints {

/// What of a list is told besides its items.
struct ListMeta {
  std::string resource_version, continue_token;
  std::optional<std::uint64_t> remaining_item_count;
};

/// `{"resourceVersion":"…"[,"continue":"…"][,"remainingItemCount":N]}`.
std::string list_meta_json(const ListMeta& meta);

/// The text of an object's metadata member: `"metadata":{…}`, a view into its JSON.
std::string_view metadata_member(const watchcache::Object& object);

/// Appends `{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{…}}`.
void append_partial(const watchcache::Object& object, std::string_view version, std::string& out);

enum class IncludeObject : std::uint8_t { kNone, kMetadata, kObject };
/// Of ?includeObject=. Fails with 400.
Result<IncludeObject> include_object_of(std::string_view query);

enum class ColumnDefinitions : std::uint8_t { kWritten, kNull };

/// Appends a Table of the objects. Those that cannot be parsed (which never happens to what was stored) have
/// no row.
void append_table(const registry::rest::Resource& resource, const std::vector<watchcache::ObjectPtr>& objects,
                  const ListMeta& meta, std::string_view version, IncludeObject include,
                  ColumnDefinitions columns, std::string& out);

/// JSON text as YAML.
std::string yaml_of(std::string_view json);

}  // namespace pedalion::endpoints
