#pragma once
// The top door: every built-in resource over one store, ready to be installed.
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/admission/admission.h"
#include "pedalion/admission/plugin_order.h"
#include "pedalion/apimachinery/scheme/scheme.h"
#include "pedalion/registry/builtin/virtuals/access.h"
#include "pedalion/registry/rest/resource.h"
#include "pedalion/storage/store.h"

namespace pedalion::registry::generic {
class ResourceStore;
}

namespace pedalion::registry::builtin {

struct Options {
  std::string key_prefix = "/registry";
  std::chrono::seconds event_ttl{3600};
  /// Where cluster IPs come from: one range, or two of different families; the first is the default.
  std::vector<std::string> service_cluster_ip_ranges{"10.0.0.0/24"};
  int first_node_port = 30000, last_node_port = 32767;
  virtuals::AccessCallbacks access;
  admission::PluginChoice admission_plugins;
};

/// Owns the resources' stores, caches and strategies, and what the declarations point to. Thread-safe once
/// made. A resource that nobody uses costs a few hundred bytes: its cache loads at first use.
class BuiltinRegistry {
 public:
  /// `store` and `scheme` are borrowed and outlive it. Fails with 400 when an option is wrong.
  static Result<std::unique_ptr<BuiltinRegistry>> create(storage::Store& store, const scheme::Scheme& scheme,
                                                         Options options);
  ~BuiltinRegistry();

  /// In the order of discovery.
  const std::vector<rest::ApiGroupInfo>& groups() const;

  /// The declaration of a resource in its preferred version, or of its subresource; null when there is none.
  const rest::Resource* find(std::string_view group, std::string_view resource,
                             std::string_view subresource = {}) const;
  /// The store of a resource; null when there is none, or nothing is stored.
  generic::ResourceStore* store(std::string_view group, std::string_view resource);

  /// What every write passes: the built-in plugins that are wanted; others are added before the first write.
  admission::Chain& admission();

 private:
  struct Rep;
  explicit BuiltinRegistry(std::unique_ptr<Rep> rep);
  std::unique_ptr<Rep> rep_;
};

}  // namespace pedalion::registry::builtin
