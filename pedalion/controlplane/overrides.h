#pragma once
// --etcd-servers-overrides: resources that lie in an etcd cluster of their own.
#include <memory>
#include <string>
#include <vector>

#include "pedalion/controlplane/store.h"
#include "pedalion/storage/routing/routing_store.h"

namespace pedalion::controlplane {

/// Of "group/resource#server;server" each. Fails (400) when one is not like that.
Result<std::vector<EtcdOverride>> parse_overrides(const std::vector<std::string>& texts);

/// The beginnings of the keys that an override is for. "apps/*" is a whole group; what names the resource
/// itself counts more. Resources that share their objects (events) go where the first of them goes; unknown
/// ones are nowhere.
struct OverriddenKeys {
  std::string prefix;
  std::size_t override_index = 0;
};
std::vector<OverriddenKeys> overridden_keys(const std::vector<EtcdOverride>& overrides,
                                            std::string_view key_prefix);

/// One store for each set of servers that an override names, and the store over them and `others`.
class OverriddenStores {
 public:
  /// `others` is borrowed. Fails as open_store() does.
  static Result<std::unique_ptr<OverriddenStores>> open(storage::Store& others, const StorageChoice& choice);

  storage::Store& store() { return *routing_; }
  /// Those of the overrides, in the order in which the flag first names their servers.
  const std::vector<std::unique_ptr<OpenedStore>>& stores() const { return stores_; }

 private:
  OverriddenStores() = default;
  std::vector<std::unique_ptr<OpenedStore>> stores_;
  std::unique_ptr<storage::routing::RoutingStore> routing_;
};

}  // namespace pedalion::controlplane
