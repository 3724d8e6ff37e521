#pragma once
// The built-in groups over one store, and what is derived from their declarations: routes, discovery,
// OpenAPI.
#include <chrono>
#include <memory>
#include <set>
#include <string>

#include "pedalion/controlplane/options.h"
#include "pedalion/endpoints/route_table.h"
#include "pedalion/registry/builtin/builtin_registry.h"
#include "pedalion/server/path_table.h"
#include "pedalion/storage/store.h"

namespace pedalion::controlplane {

struct ApiOptions {
  RegistryChoice registry;
  std::string key_prefix = "/registry";
  registry::builtin::virtuals::AccessCallbacks access;
  std::chrono::seconds min_request_timeout{1800};
  std::string advertised_server;  // host:port that /api tells clients
};

class Api {
 public:
  /// `store` outlives it. Fails (400) when a range or an address is none.
  static Result<std::unique_ptr<Api>> create(storage::Store& store, ApiOptions options);
  ~Api();

  const endpoints::RouteTable& routes() const;
  const endpoints::Environment& environment() const;
  registry::builtin::BuiltinRegistry& registry();
  /// Names of the groups but the core one.
  std::set<std::string, std::less<>> group_names() const;

  /// Discovery and OpenAPI, and the paths of the groups for the index.
  void add_paths(server::PathTable& paths);

 private:
  struct Rep;
  explicit Api(std::unique_ptr<Rep> rep);
  std::unique_ptr<Rep> rep_;
};

}  // namespace pedalion::controlplane
