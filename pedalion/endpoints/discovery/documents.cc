#include "pedalion/endpoints/discovery/documents.h"

#include <algorithm>
#include <stdexcept>

#include "pedalion/apimachinery/json/write.h"

namespace pedalion::endpoints {
namespace {

using json::Arena;
using json::Value;
using registry::rest::ApiGroupInfo;
using registry::rest::ApiGroupVersion;
using registry::rest::Resource;

template <class Texts>
Value strings(const Texts& texts, Arena& arena) {
  Value list = Value::array(arena, static_cast<std::uint32_t>(texts.size()));
  for (std::string_view text : texts) list.push_back(Value::string(text), arena);
  return list;
}

void add_names(const Resource& resource, Value& row, Arena& arena) {
  if (!resource.short_names.empty())
    row.append_member("shortNames", strings(resource.short_names, arena), arena);
  if (!resource.categories.empty())
    row.append_member("categories", strings(resource.categories, arena), arena);
}

Value list_of(std::string_view kind, Arena& arena) {
  Value document = Value::object(arena, 4);
  document.append_member("kind", Value::string(kind), arena);
  document.append_member("apiVersion", Value::string("v1"), arena);
  return document;
}

/// Answers with a kind of another group-version than it is served in.
bool has_foreign_kind(const Resource& resource) {
  return resource.kind.group != resource.gvr.group || resource.kind.version != resource.gvr.version;
}

Value version_of(const ApiGroupVersion& version, Arena& arena) {
  const auto& name = version.group_version;
  Value row = Value::object(arena, 2);
  row.append_member("groupVersion", Value::string(name.group + "/" + name.version, arena), arena);
  row.append_member("version", Value::string(name.version), arena);
  return row;
}

void add_group(const ApiGroupInfo& group, Value& row, Arena& arena) {
  row.append_member("name", Value::string(group.group), arena);
  Value versions = Value::array(arena, static_cast<std::uint32_t>(group.versions.size()));
  for (const auto& version : group.versions) versions.push_back(version_of(version, arena), arena);
  row.append_member("versions", versions, arena);
  row.append_member("preferredVersion", version_of(group.versions.front(), arena), arena);
}

Value resource_of(const Resource& resource, Arena& arena) {
  Value row = Value::object(arena, 10);
  std::string name = resource.gvr.resource;
  if (!resource.subresource.empty()) name += "/" + resource.subresource;
  row.append_member("name", Value::string(name, arena), arena);
  std::string_view singular =
      resource.subresource.empty() ? std::string_view(resource.singular_name) : std::string_view();
  row.append_member("singularName", Value::string(singular), arena);
  row.append_member("namespaced", Value::boolean(resource.namespaced), arena);
  if (has_foreign_kind(resource)) {
    if (!resource.kind.group.empty()) row.append_member("group", Value::string(resource.kind.group), arena);
    row.append_member("version", Value::string(resource.kind.version), arena);
  }
  row.append_member("kind", Value::string(resource.kind.kind), arena);
  row.append_member("verbs", strings(verbs_of(resource), arena), arena);
  if (!resource.subresource.empty()) return row;
  add_names(resource, row, arena);
  if (!resource.storage_version_hash.empty())
    row.append_member("storageVersionHash", Value::string(resource.storage_version_hash), arena);
  return row;
}

/// Group and version are told only where they differ from those that the resource is served in.
Value response_kind(const Resource& resource, Arena& arena) {
  bool foreign = has_foreign_kind(resource);
  Value kind = Value::object(arena, 3);
  kind.append_member("group", Value::string(foreign ? std::string_view(resource.kind.group) : ""), arena);
  kind.append_member("version", Value::string(foreign ? std::string_view(resource.kind.version) : ""), arena);
  kind.append_member("kind", Value::string(resource.kind.kind), arena);
  return kind;
}

Value discovered_resource(const Resource& resource, Value subresources, Arena& arena) {
  Value row = Value::object(arena, 8);
  row.append_member("resource", Value::string(resource.gvr.resource), arena);
  row.append_member("responseKind", response_kind(resource, arena), arena);
  row.append_member("scope", Value::string(resource.namespaced ? "Namespaced" : "Cluster"), arena);
  row.append_member("singularResource", Value::string(resource.singular_name), arena);
  row.append_member("verbs", strings(verbs_of(resource), arena), arena);
  add_names(resource, row, arena);
  if (!subresources.empty()) row.append_member("subresources", subresources, arena);
  return row;
}

Value discovered_subresource(const Resource& resource, Arena& arena) {
  Value row = Value::object(arena, 3);
  row.append_member("subresource", Value::string(resource.subresource), arena);
  row.append_member("responseKind", response_kind(resource, arena), arena);
  row.append_member("verbs", strings(verbs_of(resource), arena), arena);
  return row;
}

Value discovered_version(const ApiGroupVersion& version, Arena& arena) {
  Value resources = Value::array(arena);
  const auto& declared = version.resources;
  for (auto at = declared.begin(); at != declared.end();) {
    const Resource& parent = *at;
    if (!parent.subresource.empty())
      throw std::logic_error("discovery: " + parent.gvr.resource + "/" + parent.subresource +
                             " is declared without its resource");
    Value subresources = Value::array(arena);
    for (++at; at != declared.end() && !at->subresource.empty() && at->gvr.resource == parent.gvr.resource;
         ++at)
      subresources.push_back(discovered_subresource(*at, arena), arena);
    resources.push_back(discovered_resource(parent, subresources, arena), arena);
  }
  Value row = Value::object(arena, 3);
  row.append_member("version", Value::string(version.group_version.version), arena);
  row.append_member("resources", resources, arena);
  row.append_member("freshness", Value::string("Current"), arena);
  return row;
}

}  // namespace

std::vector<std::string_view> verbs_of(const Resource& resource) {
  std::vector<std::string_view> verbs(resource.connect_methods.begin(), resource.connect_methods.end());
  auto add = [&verbs](bool has, std::string_view verb) {
    if (has) verbs.push_back(verb);
  };
  add(resource.creater != nullptr, "create");
  add(resource.deleter != nullptr, "delete");
  add(resource.collection_deleter != nullptr, "deletecollection");
  add(resource.getter != nullptr, "get");
  add(resource.lister != nullptr, "list");
  add(resource.updater != nullptr && resource.patchable, "patch");
  add(resource.updater != nullptr, "update");
  add(resource.watcher != nullptr, "watch");
  std::ranges::sort(verbs);
  verbs.erase(std::ranges::unique(verbs).begin(), verbs.end());
  return verbs;
}

std::string api_versions_json(const ApiGroupInfo& core, std::string_view server_address) {
  Arena arena;
  Value document = Value::object(arena, 3);
  document.append_member("kind", Value::string("APIVersions"), arena);
  Value versions = Value::array(arena);
  for (const auto& version : core.versions)
    versions.push_back(Value::string(version.group_version.version), arena);
  document.append_member("versions", versions, arena);
  Value address = Value::object(arena, 2);
  address.append_member("clientCIDR", Value::string("0.0.0.0/0"), arena);
  address.append_member("serverAddress", Value::string(server_address), arena);
  Value addresses = Value::array(arena);
  addresses.push_back(address, arena);
  document.append_member("serverAddressByClientCIDRs", addresses, arena);
  return json::to_string(document);
}

std::string api_group_list_json(const std::vector<ApiGroupInfo>& groups) {
  Arena arena;
  Value document = list_of("APIGroupList", arena);
  Value rows = Value::array(arena);
  for (const auto& group : groups) {
    if (group.group.empty()) continue;
    Value row = Value::object(arena, 3);
    add_group(group, row, arena);
    rows.push_back(row, arena);
  }
  document.append_member("groups", rows, arena);
  return json::to_string(document);
}

std::string api_group_json(const ApiGroupInfo& group) {
  Arena arena;
  Value document = list_of("APIGroup", arena);
  add_group(group, document, arena);
  return json::to_string(document);
}

std::string api_resource_list_json(const ApiGroupVersion& version) {
  Arena arena;
  const auto& name = version.group_version;
  Value document = list_of("APIResourceList", arena);
  if (name.group.empty()) document.erase("apiVersion");  // never told in the core group, for old clients
  std::string text = name.group.empty() ? name.version : name.group + "/" + name.version;
  document.append_member("groupVersion", Value::string(text), arena);
  Value rows = Value::array(arena, static_cast<std::uint32_t>(version.resources.size()));
  for (const Resource& resource : version.resources) rows.push_back(resource_of(resource, arena), arena);
  document.append_member("resources", rows, arena);
  return json::to_string(document);
}

std::string group_discovery_tail(const std::vector<ApiGroupInfo>& groups, Groups which) {
  Arena arena;
  Value items = Value::array(arena);
  for (const auto& group : groups) {
    if (group.group.empty() != (which == Groups::kCore)) continue;
    Value metadata = Value::object(arena, 1);
    if (!group.group.empty()) metadata.append_member("name", Value::string(group.group), arena);
    Value versions = Value::array(arena);
    for (const auto& version : group.versions) versions.push_back(discovered_version(version, arena), arena);
    Value item = Value::object(arena, 2);
    item.append_member("metadata", metadata, arena);
    item.append_member("versions", versions, arena);
    items.push_back(item, arena);
  }
  return R"("metadata":{},"items":)" + json::to_string(items) + "}";
}

}  // namespace pedalion::endpoints
