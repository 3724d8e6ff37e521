// An API group of one's own, with all that clients expect of one: validation, patches, server-side apply,
// watches, discovery and OpenAPI, for a kind that a few lines declare. In the clear and in memory, to be
// short.
#include <csignal>
#include <iostream>

#include "common.h"
#include "pedalion/admission/admission.h"
#include "pedalion/endpoints/discovery/discovery.h"
#include "pedalion/endpoints/openapi/documents.h"
#include "pedalion/registry/generic/resource_store.h"
#include "pedalion/server/authn/authenticator.h"
#include "pedalion/server/director.h"
#include "pedalion/server/generic_api_server.h"
#include "pedalion/server/stop_signal.h"
#include "pedalion/server/system_paths.h"
#include "pedalion/storage/memory/memory_store.h"

using namespace pedalion;

constexpr const char* kGroup = "examples.pedalion.dev";

/// The grammar is that of the project's api/ files.
constexpr const char* kTypes = R"(package greetings/v1
group examples.pedalion.dev
openapi dev.pedalion.examples.v1

kind Greeting
  metadata 1 meta/v1.ObjectMeta omitempty optional
  spec 2 GreetingSpec omitempty optional
  status 3 GreetingStatus omitempty optional

kind GreetingList
  metadata 1 meta/v1.ListMeta omitempty optional
  items 2 []Greeting

struct GreetingSpec
  to 1 string required

struct GreetingStatus
  answer 1 string omitempty optional
)";

/// What is special about Greetings: they are for somebody.
class GreetingStrategy final : public registry::generic::Strategy {
 public:
  using Context = registry::rest::RequestContext;
  void set_defaults(json::Document&) const override {}
  void prepare_create(const Context&, json::Document&) const override {}
  void prepare_update(json::Document&, const json::Value&) const override {}
  meta::FieldErrors validate(const json::Value& greeting) const override {
    meta::FieldErrors errors;
    if (greeting.string_at({"spec", "to"}).empty())
      errors.push_back(meta::FieldError::required(meta::FieldPath("spec").child("to"), "say whom to greet"));
    return errors;
  }
  meta::FieldErrors validate_update(const json::Value& greeting, const json::Value&) const override {
    return validate(greeting);
  }
  std::vector<std::string> warnings(const json::Value&, const json::Value*) const override { return {}; }
  void canonicalize(json::Document&) const override {}
  const managedfields::FieldSet& reset_fields() const override { return none_; }

 private:
  const managedfields::FieldSet none_;
};

/// Credentials have no place on a line in the clear: whoever comes is a guest, and may do everything.
class Everybody final : public server::authn::Authenticator {
 public:
  Result<server::authn::User> authenticate(const http::Request&) const override { return guest_; }

 private:
  const server::authn::User guest_ = server::authn::authenticated({.name = "guest"});
};

/// From the store up to the listener, in the order of construction.
struct GreetingServer {
  scheme::Scheme scheme{std::vector<std::string>{kTypes}};
  std::unique_ptr<storage::Store> store = storage::memory::make_store({});
  admission::Chain admission;
  GreetingStrategy strategy;
  registry::generic::ResourceStore greetings{*store, admission, resource_config(), strategy};
  std::vector<registry::rest::ApiGroupInfo> groups = declare();
  endpoints::RouteTable routes;
  endpoints::Environment environment{scheme};
  endpoints::Discovery discovery{groups, "127.0.0.1"};
  openapi::Documents documents{scheme, groups};
  server::PathTable paths;
  server::Director director{routes, environment, paths, {kGroup}};
  Everybody authenticator;
  server::authz::AlwaysAllowAuthorizer authorizer;
  server::Lifecycle lifecycle;
  server::Metrics metrics;
  server::GenericApiServer server;

  explicit GreetingServer(std::uint16_t port)
      : server(config(port), {authenticator, authorizer, director, lifecycle, metrics}) {
    endpoints::install(routes, groups);
    server::PathHandler discover = [this](const server::Exchange& exchange) {
      return discovery.answer(exchange.request);
    };
    server::PathHandler describe = [this](const server::Exchange& exchange) {
      return documents.answer(exchange.request);
    };
    for (const char* root : {"/api", "/apis"}) paths.add(root, discover);
    paths.add_prefix("/apis/", discover);
    for (const char* root : {"/openapi/v2", "/openapi/v3"}) paths.add(root, describe);
    paths.add_prefix("/openapi/v3/", describe);
    server::add_version(paths);
    server::add_index(paths);
  }

  registry::generic::ResourceConfig resource_config() const {
    registry::generic::ResourceConfig config;
    config.gvr = {kGroup, "v1", "greetings"};
    config.kind = {kGroup, "v1", "Greeting"};
    config.type = scheme.type(config.kind);
    config.key_prefix = "/registry/greetings/";
    config.namespaced = true;
    return config;
  }

  /// What it can do is what is not null: from this row come its routes, its discovery and its OpenAPI.
  std::vector<registry::rest::ApiGroupInfo> declare() {
    registry::rest::Resource row;
    row.gvr = {kGroup, "v1", "greetings"};
    row.kind = {kGroup, "v1", "Greeting"};
    row.type = scheme.type(row.kind);
    row.namespaced = true;
    row.singular_name = "greeting";
    row.short_names = {"hi"};
    row.getter = &greetings;
    row.lister = &greetings;
    row.watcher = &greetings;
    row.creater = &greetings;
    row.updater = &greetings;
    row.deleter = &greetings;
    row.collection_deleter = &greetings;
    return {{kGroup, {{{kGroup, "v1"}, {row}}}}};
  }

  static server::ServerConfig config(std::uint16_t port) {
    server::ServerConfig config;
    config.listen.bind_address = "127.0.0.1";
    config.listen.port = port;
    return config;
  }
};

int main(int argc, char** argv) {
  if (argc != 2) return std::cerr << "usage: greeting_server PORT\n", 2;
  server::block_stop_signals();
  GreetingServer greetings(static_cast<std::uint16_t>(std::atoi(argv[1])));
  examples::or_fail(greetings.server.listen());
  std::cout << "http://127.0.0.1:" << greetings.server.port() << std::endl;
  server::wait_for_stop_signal();
  greetings.server.shutdown();
}
