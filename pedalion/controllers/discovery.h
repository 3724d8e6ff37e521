#pragma once
// Which resources a server has: aggregated discovery as a list.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/meta/group_version.h"
#include "pedalion/client/rest/rest_client.h"

namespace pedalion::controllers {

struct DiscoveredResource {
  meta::GroupVersionResource name;
  std::string kind;
  bool namespaced = false;
  bool preferred = false;  // no other version of its group comes before this one and has it, too
  std::vector<std::string> verbs;

  bool can(std::string_view verb) const { return std::ranges::find(verbs, verb) != verbs.end(); }
  std::string api_version() const { return name.group_version().api_version(); }
};

struct DiscoveredResources {
  std::vector<DiscoveredResource> all;
  std::vector<std::string> stale;  // group/version of those that could not be asked

  /// Null: there is none.
  const DiscoveredResource* find_kind(std::string_view api_version, std::string_view kind) const;
};

/// Adds what an APIGroupDiscoveryList says. Pure.
void read_discovery(const json::Value& list, DiscoveredResources& resources);

/// Asks for both lists (/api and /apis).
Task<Result<DiscoveredResources>> discover(client::rest::RestClient& client);

}  // namespace pedalion::controllers
