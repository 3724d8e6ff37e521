#include "pedalion/controlplane/overrides.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "pedalion/controlplane/split.h"
#include "pedalion/registry/builtin/catalog/catalog.h"

namespace pedalion::controlplane {
namespace {

namespace catalog = registry::builtin::catalog;

/// The override for a resource; the list's end when there is none. Of several the last counts.
std::size_t override_of(const std::vector<EtcdOverride>& overrides, std::string_view group,
                        std::string_view resource) {
  std::size_t whole_group = overrides.size();
  for (std::size_t i = overrides.size(); i-- > 0;) {
    if (overrides[i].group != group) continue;
    if (overrides[i].resource == resource) return i;
    if (overrides[i].resource == "*" && whole_group == overrides.size()) whole_group = i;
  }
  return whole_group;
}

}  // namespace

Result<std::vector<EtcdOverride>> parse_overrides(const std::vector<std::string>& texts) {
  std::vector<EtcdOverride> overrides;
  for (const std::string& text : texts) {
    auto halves = split(text, '#');
    auto names = split(halves[0], '/');
    if (halves.size() != 2 || names.size() != 2) {
      return std::unexpected(
          Status(400, "BadRequest",
                 "--etcd-servers-overrides invalid, must be of format: group/resource#servers, "
                 "where servers are URLs, semicolon separated"));
    }
    overrides.push_back({names[0], names[1], split(halves[1], ';')});
  }
  return overrides;
}

std::vector<OverriddenKeys> overridden_keys(const std::vector<EtcdOverride>& overrides,
                                            std::string_view key_prefix) {
  std::vector<OverriddenKeys> keys;
  std::set<std::string_view> seen;
  for (const auto& group : catalog::groups()) {
    for (const auto& facts : group.resources) {
      if (facts.has(catalog::kNotStored) || !seen.insert(facts.key()).second) continue;
      std::size_t index = override_of(overrides, group.group, facts.resource);
      if (index < overrides.size()) keys.push_back({fmt::format("{}/{}/", key_prefix, facts.key()), index});
    }
  }
  return keys;
}

Result<std::unique_ptr<OverriddenStores>> OverriddenStores::open(storage::Store& others,
                                                                 const StorageChoice& choice) {
  std::unique_ptr<OverriddenStores> opened(new OverriddenStores());
  std::vector<std::set<std::string>> sets;  // of servers, as stores_
  std::vector<std::size_t> stores_of;       // the overrides': indexes into stores_
  for (const EtcdOverride& wanted : choice.overrides) {
    std::set<std::string> servers(wanted.servers.begin(), wanted.servers.end());
    auto known = std::ranges::find(sets, servers);
    stores_of.push_back(static_cast<std::size_t>(known - sets.begin()));
    if (known != sets.end()) continue;
    StorageChoice there = choice;
    there.kind = StorageChoice::Kind::kEtcd;
    there.etcd.endpoints = wanted.servers;
    TRY(auto store, open_store(there));
    opened->stores_.push_back(std::move(store));
    sets.push_back(std::move(servers));
  }
  storage::routing::Routes routes;
  for (auto& [prefix, index] : overridden_keys(choice.overrides, choice.prefix)) {
    routes.emplace(std::move(prefix), &opened->stores_[stores_of[index]]->store());
  }
  opened->routing_ = std::make_unique<storage::routing::RoutingStore>(others, std::move(routes));
  return opened;
}

}  // namespace pedalion::controlplane
