#include "pedalion/client/api/discovery.h"

#include <algorithm>
#include <set>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/meta/errors.h"

namespace pedalion::client::api {
namespace {

using json::Value;

constexpr std::string_view kAggregated =
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";
constexpr std::chrono::seconds kTimeout(32);
constexpr std::string_view kRoots[] = {"/api", "/apis"};

std::vector<std::string> texts(const Value* array) {
  std::vector<std::string> made;
  if (array == nullptr) return made;
  for (const Value& item : array->items()) made.emplace_back(item.string_or());
  return made;
}

/// `kind` of discovery's own objects: an empty group or version is that of the resource.
meta::GroupVersionKind kind_of(const Value& entry, const meta::GroupVersion& of, std::string_view member) {
  const Value* given = member.empty() ? &entry : entry.find(member);
  if (given == nullptr) return {};
  auto or_else = [](std::string_view text, const std::string& fallback) {
    return text.empty() ? fallback : std::string(text);
  };
  std::string_view version = given->string_at({"version"});
  std::string group = version.empty() ? or_else(given->string_at({"group"}), of.group)
                                      : std::string(given->string_at({"group"}));
  return {group, or_else(version, of.version), std::string(given->string_at({"kind"}))};
}

void add_subresources(const Value& entry, const ApiResource& owner, Discovery& found) {
  const Value* list = entry.find("subresources");
  if (list == nullptr) return;
  for (const Value& sub : list->items()) {
    ApiResource made;
    made.resource = owner.resource;
    made.resource.resource += "/" + std::string(sub.string_at({"subresource"}));
    made.kind = kind_of(sub, owner.resource.group_version(), "responseKind");
    made.namespaced = owner.namespaced;
    made.verbs = texts(sub.find("verbs"));
    found.resources.push_back(std::move(made));
  }
}

void add_aggregated_version(const std::string& group, const Value& version, Discovery& found) {
  meta::GroupVersion gv{group, std::string(version.string_at({"version"}))};
  if (version.string_at({"freshness"}) == "Stale") {
    found.failed.emplace_back(
        gv, Status(503, "ServiceUnavailable", "stale GroupVersion discovery: " + gv.api_version()));
  }
  const Value* list = version.find("resources");
  if (list == nullptr) return;
  for (const Value& entry : list->items()) {
    ApiResource made;
    made.resource = {gv.group, gv.version, std::string(entry.string_at({"resource"}))};
    made.kind = kind_of(entry, gv, "responseKind");
    made.namespaced = entry.string_at({"scope"}) == "Namespaced";
    made.singular = entry.string_at({"singularResource"});
    made.short_names = texts(entry.find("shortNames"));
    made.categories = texts(entry.find("categories"));
    made.verbs = texts(entry.find("verbs"));
    found.resources.push_back(made);
    add_subresources(entry, made, found);
  }
}

void add_aggregated(const Value& root, Discovery& found) {
  const Value* groups = root.find("items");
  if (groups == nullptr) return;
  for (const Value& group : groups->items()) {
    ApiGroup made{std::string(group.string_at({"metadata", "name"})), {}};
    if (const Value* versions = group.find("versions")) {
      for (const Value& version : versions->items()) {
        made.versions.emplace_back(version.string_at({"version"}));
        add_aggregated_version(made.name, version, found);
      }
    }
    found.groups.push_back(std::move(made));
  }
}

void add_resource_list(const meta::GroupVersion& gv, const Value& root, Discovery& found) {
  const Value* list = root.find("resources");
  if (list == nullptr) return;
  for (const Value& entry : list->items()) {
    ApiResource made;
    made.resource = {gv.group, gv.version, std::string(entry.string_at({"name"}))};
    made.kind = kind_of(entry, gv, "");
    if (const Value* namespaced = entry.find("namespaced")) made.namespaced = namespaced->bool_or(false);
    made.singular = entry.string_at({"singularName"});
    made.short_names = texts(entry.find("shortNames"));
    made.categories = texts(entry.find("categories"));
    made.verbs = texts(entry.find("verbs"));
    found.resources.push_back(std::move(made));
  }
}

/// The groups of the old form; their resources are still to be asked for.
void add_groups(const Value& root, Discovery& found) {
  if (const Value* versions = root.find("versions");
      versions != nullptr && root.string_at({"kind"}) == "APIVersions")
    found.groups.push_back({"", texts(versions)});
  const Value* groups = root.find("groups");
  if (groups == nullptr) return;
  for (const Value& group : groups->items()) {
    ApiGroup made{std::string(group.string_at({"name"})), {}};
    std::string preferred(group.string_at({"preferredVersion", "version"}));
    if (!preferred.empty()) made.versions.push_back(preferred);
    if (const Value* versions = group.find("versions")) {
      for (const Value& version : versions->items()) {
        if (version.string_at({"version"}) != preferred)
          made.versions.emplace_back(version.string_at({"version"}));
      }
    }
    found.groups.push_back(std::move(made));
  }
}

Task<Result<void>> ask_each_version(rest::RestClient& client, const ApiGroup& group, Discovery& found) {
  for (const auto& version : group.versions) {
    meta::GroupVersion gv{group.name, version};
    auto response = co_await client.get().group_version(gv).timeout(kTimeout).send();
    auto document = response ? json::parse(response->body.view()) : std::unexpected(response.error());
    if (document) {
      add_resource_list(gv, document->root, found);
    } else {
      found.failed.emplace_back(gv, document.error());
    }
  }
  co_return Result<void>();
}

bool same_name(const ApiResource& resource, std::string_view name) {
  return resource.resource.resource == name || resource.singular == name;
}

bool has_short_name(const ApiResource& resource, std::string_view name) {
  return std::ranges::find(resource.short_names, name) != resource.short_names.end();
}

/// They come group by group and, in a group, preferred versions first.
void mark_preferred(Discovery& found) {
  std::set<meta::GroupResource> known;
  for (ApiResource& resource : found.resources) {
    if (resource.is_subresource()) continue;
    resource.preferred = known.insert({resource.resource.group, resource.resource.resource}).second;
  }
}

}  // namespace

bool ApiResource::has_verb(std::string_view verb) const {
  return std::ranges::find(verbs, verb) != verbs.end();
}

std::vector<const ApiResource*> Discovery::preferred(
    const std::vector<std::string_view>& wanted_verbs) const {
  std::vector<const ApiResource*> chosen;
  for (const auto& resource : resources) {
    bool able = std::ranges::all_of(wanted_verbs, [&](auto verb) { return resource.has_verb(verb); });
    if (able && resource.preferred) chosen.push_back(&resource);
  }
  return chosen;
}

const ApiResource* Discovery::find(const meta::GroupVersionKind& kind) const {
  auto found = std::ranges::find_if(resources, [&](const ApiResource& resource) {
    return !resource.is_subresource() && resource.kind.kind == kind.kind &&
           resource.resource.group_version() == kind.group_version();
  });
  return found == resources.end() ? nullptr : &*found;
}

bool Discovery::is_unknown(const meta::GroupVersion& version) const {
  return std::ranges::any_of(failed, [&](const auto& entry) { return entry.first == version; });
}

Task<Result<Discovery>> discover(rest::RestClient& client) {
  Discovery found;
  for (std::string_view path : kRoots) {
    auto response = co_await client.get().path(path).accept(kAggregated).timeout(kTimeout).send();
    if (!response) {
      // A server may keep its core group from us, or have none.
      bool tolerated = path == "/api" && (response.error().code == 403 || response.error().code == 404);
      if (tolerated) continue;
      co_return std::unexpected(std::move(response).error());
    }
    CO_TRY(json::Document document, json::parse(response->body.view()));
    if (document.root.string_at({"kind"}) == "APIGroupDiscoveryList") {
      add_aggregated(document.root, found);
      continue;
    }
    auto known = found.groups.size();
    add_groups(document.root, found);
    for (auto at = known; at < found.groups.size(); ++at)
      CO_TRY_OK(co_await ask_each_version(client, found.groups[at], found));
  }
  mark_preferred(found);
  co_return found;
}

Result<const ApiResource*> RestMapper::for_kind(const meta::GroupVersionKind& kind) const {
  for (const auto& resource : discovery_.resources) {
    if (resource.is_subresource() || resource.kind.kind != kind.kind) continue;
    if (resource.resource.group != kind.group) continue;
    if (kind.version.empty() || resource.resource.version == kind.version) return &resource;
  }
  std::string in =
      kind.version.empty() ? "group \"" + kind.group : "version \"" + kind.group_version().api_version();
  return std::unexpected(
      Status(404, "NotFound", "no matches for kind \"" + kind.kind + "\" in " + in + "\""));
}

Result<const ApiResource*> RestMapper::for_resource(const meta::GroupVersionResource& wanted) const {
  for (const auto& resource : discovery_.resources) {
    if (resource.resource.group != wanted.group || !same_name(resource, wanted.resource)) continue;
    if (wanted.version.empty() || resource.resource.version == wanted.version) return &resource;
  }
  return std::unexpected(
      Status(404, "NotFound", "the server doesn't have a resource type \"" + wanted.resource + "\""));
}

Result<const ApiResource*> RestMapper::for_resource(std::string_view name) const {
  for (const auto& resource : discovery_.resources)
    if (same_name(resource, name)) return &resource;
  for (const auto& resource : discovery_.resources)
    if (has_short_name(resource, name)) return &resource;
  auto dot = name.find('.');
  if (dot != std::string_view::npos) {
    std::string plural(name.substr(0, dot)), rest(name.substr(dot + 1));
    auto second = rest.find('.');
    if (second != std::string::npos) {
      auto found =
          for_resource(meta::GroupVersionResource{rest.substr(second + 1), rest.substr(0, second), plural});
      if (found) return found;
    }
    if (auto found = for_resource(meta::GroupVersionResource{rest, "", plural})) return found;
  }
  return std::unexpected(
      Status(404, "NotFound", "the server doesn't have a resource type \"" + std::string(name) + "\""));
}

}  // namespace pedalion::client::api
