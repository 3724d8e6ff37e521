#include "pedalion/controllers/discovery.h"

#include <set>

#include "pedalion/apimachinery/json/parse.h"

namespace pedalion::controllers {
namespace {

constexpr std::string_view kAggregated =
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

template <class Visit>
void each(const json::Value& object, std::string_view list, const Visit& visit) {
  if (const auto* items = object.find(list)) {
    for (const auto& item : items->items()) visit(item);
  }
}

}  // namespace

const DiscoveredResource* DiscoveredResources::find_kind(std::string_view api_version,
                                                         std::string_view kind) const {
  auto found = std::ranges::find_if(all, [&](const auto& resource) {
    return resource.kind == kind && resource.api_version() == api_version;
  });
  return found == all.end() ? nullptr : &*found;
}

void read_discovery(const json::Value& list, DiscoveredResources& resources) {
  each(list, "items", [&](const json::Value& group) {
    const std::string name(group.string_at({"metadata", "name"}));
    std::set<std::string> before;  // those that an earlier version has
    each(group, "versions", [&](const json::Value& version) {
      const std::string version_name(version.string_at({"version"}));
      if (version.string_at({"freshness"}) == "Stale") {
        resources.stale.push_back(meta::GroupVersion{name, version_name}.api_version());
      }
      each(version, "resources", [&](const json::Value& resource) {
        DiscoveredResource found;
        found.name = {name, version_name, std::string(resource.string_at({"resource"}))};
        found.kind = resource.string_at({"responseKind", "kind"});
        found.namespaced = resource.string_at({"scope"}) == "Namespaced";
        found.preferred = before.insert(found.name.resource).second;
        each(resource, "verbs", [&](const json::Value& verb) { found.verbs.emplace_back(verb.string_or()); });
        resources.all.push_back(std::move(found));
      });
    });
  });
}

Task<Result<DiscoveredResources>> discover(client::rest::RestClient& client) {
  DiscoveredResources resources;
  for (std::string_view path : {"/api", "/apis"}) {
    auto request = client.get();
    request.path(path).accept(kAggregated);
    CO_TRY(auto response, co_await request.send());
    CO_TRY(auto document, json::parse(response.body.view()));
    read_discovery(document.root, resources);
  }
  co_return resources;
}

}  // namespace pedalion::controllers
