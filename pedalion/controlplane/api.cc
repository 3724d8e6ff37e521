#include "pedalion/controlplane/api.h"

#include "pedalion/endpoints/discovery/discovery.h"
#include "pedalion/endpoints/openapi/documents.h"
#include "pedalion/registry/builtin/stored_form/stored_form.h"

namespace pedalion::controlplane {

/// In the order of construction; what is named later may refer to what is named
/// before.
struct Api::Rep {
  Rep(storage::Store& below, std::string_view key_prefix)
      : transcoder(scheme, key_prefix), store(below, transcoder) {}

  scheme::Scheme scheme;
  const registry::builtin::stored_form::Transcoder transcoder;
  registry::builtin::stored_form::TranscodingStore store;
  endpoints::Environment environment{scheme};
  std::unique_ptr<registry::builtin::BuiltinRegistry> registry;
  endpoints::RouteTable routes;
  std::unique_ptr<endpoints::Discovery> discovery;
  std::unique_ptr<openapi::Documents> documents;
};

Api::Api(std::unique_ptr<Rep> rep) : rep_(std::move(rep)) {}
Api::~Api() = default;

Result<std::unique_ptr<Api>> Api::create(storage::Store& store, ApiOptions options) {
  auto rep = std::make_unique<Rep>(store, options.key_prefix);
  rep->environment.min_request_timeout = options.min_request_timeout;
  registry::builtin::Options wanted;
  wanted.key_prefix = options.key_prefix;
  wanted.event_ttl = options.registry.event_ttl;
  if (!options.registry.service_cidrs.empty())
    wanted.service_cluster_ip_ranges = options.registry.service_cidrs;
  wanted.first_node_port = options.registry.first_node_port;
  wanted.last_node_port = options.registry.last_node_port;
  wanted.admission_plugins = options.registry.admission_plugins;
  wanted.access = std::move(options.access);
  TRY(rep->registry, registry::builtin::BuiltinRegistry::create(rep->store, rep->scheme, std::move(wanted)));
  endpoints::install(rep->routes, rep->registry->groups());
  rep->discovery = std::make_unique<endpoints::Discovery>(rep->registry->groups(), options.advertised_server);
  rep->documents = std::make_unique<openapi::Documents>(rep->scheme, rep->registry->groups());
  return std::unique_ptr<Api>(new Api(std::move(rep)));
}

const endpoints::RouteTable& Api::routes() const { return rep_->routes; }
const endpoints::Environment& Api::environment() const { return rep_->environment; }
registry::builtin::BuiltinRegistry& Api::registry() { return *rep_->registry; }

std::set<std::string, std::less<>> Api::group_names() const {
  std::set<std::string, std::less<>> names;
  for (const auto& group : rep_->registry->groups()) {
    if (!group.group.empty()) names.insert(group.group);
  }
  return names;
}

void Api::add_paths(server::PathTable& paths) {
  server::PathHandler documents = [this](const server::Exchange& exchange) {
    return rep_->documents->answer(exchange.request);
  };
  paths.add("/openapi/v2", documents);
  paths.add("/openapi/v3", documents);
  paths.add_prefix("/openapi/v3/", documents);
  server::PathHandler discovery = [this](const server::Exchange& exchange) {
    return rep_->discovery->answer(exchange.request);
  };
  for (const auto* root : {"/api", "/apis"}) {
    paths.add(root, discovery);
    paths.add_prefix(std::string(root) + "/", discovery);
  }
  for (const auto& group : rep_->registry->groups()) {
    const std::string root = group.group.empty() ? "/api" : "/apis/" + group.group;
    paths.list(root);
    for (const auto& version : group.versions) paths.list(root + "/" + version.group_version.version);
  }
}

}  // namespace pedalion::controlplane
