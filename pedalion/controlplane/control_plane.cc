#include "pedalion/controlplane/control_plane.h"

#include <array>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <sstream>
#include <thread>

#include "pedalion/apimachinery/meta/names.h"
#include "pedalion/base/log.h"
#include "pedalion/base/task.h"
#include "pedalion/controlplane/access.h"
#include "pedalion/controlplane/api.h"
#include "pedalion/controlplane/bootstrap/bootstrap.h"
#include "pedalion/controlplane/controllers.h"
#include "pedalion/controlplane/credentials.h"
#include "pedalion/controlplane/encryption.h"
#include "pedalion/controlplane/hooks.h"
#include "pedalion/controlplane/host.h"
#include "pedalion/controlplane/kubeconfig.h"
#include "pedalion/controlplane/overrides.h"
#include "pedalion/controlplane/reviews.h"
#include "pedalion/controlplane/service_accounts.h"
#include "pedalion/controlplane/store.h"
#include "pedalion/server/director.h"
#include "pedalion/server/system_paths.h"
#include "pedalion/storage/etcd3/loader/loader.h"

namespace pedalion::controlplane {

using namespace server;

/// In the order of construction; what is named later may refer to what is named
/// before.
struct ControlPlane::Rep {
  Options options;
  std::optional<Credentials> credentials;
  Metrics metrics;
  Lifecycle lifecycle;
  Hooks hooks;
  std::unique_ptr<OpenedStore> store;
  std::unique_ptr<OverriddenStores> overridden;  // null: all lies in `store`
  std::unique_ptr<Encryption> encryption;        // null: nothing is encrypted
  ServiceAccounts accounts;
  std::unique_ptr<authn::Authenticator> authenticator;
  const authn::ServiceAccountAuthenticator* account_tokens = nullptr;  // a member of the former
  std::unique_ptr<authz::Authorizer> authorizer;
  std::unique_ptr<Api> api;
  PathTable paths;
  std::unique_ptr<Director> director;
  std::unique_ptr<GenericApiServer> server;
  const std::string loopback_token = meta::make_uid();
  std::unique_ptr<controllers::manager::ControllerManager>
      controllers;  // once it is ready; null: none wanted

  std::mutex mutex;  // guards the three below
  bool ready = false, stopping = false;
  std::function<void()> on_ready;
  std::condition_variable stop;
  std::thread starter;  // runs the hooks, then renews the lease

  Result<void> prepare_certificates();
  Result<void> build_authenticator();
  Result<void> build_api();
  Result<void> build_paths();
  Result<void> write_kubeconfig();
  bootstrap::Options bootstrap_options() const;
  void start_wanted_controllers();
  /// Each hook until it has succeeded or the server stops.
  void run_hooks();
  bool stops_within(std::chrono::milliseconds time);
  std::string loopback_address() const;
  std::string advertised_server() const;
  std::string root_ca() const;
};

namespace {

constexpr auto kRetryAfter = std::chrono::milliseconds(1000);
/// The lease lasts an hour; renewing it seldom keeps an idle server from
/// writing.
constexpr auto kLeaseRenewal = std::chrono::minutes(5);

/// What create_bootstrap_objects does, under the names that kube-apiserver's
/// checks have for it.
constexpr std::array<std::string_view, 9> kBootstrapHooks = {"start-system-namespaces-controller",
                                                             "start-cluster-authentication-info-controller",
                                                             "start-kube-apiserver-identity-lease-controller",
                                                             "rbac/bootstrap-roles",
                                                             "scheduling/bootstrap-system-priority-classes",
                                                             "priority-and-fairness-config-producer",
                                                             "bootstrap-controller",
                                                             "start-kubernetes-service-cidr-controller",
                                                             "apiservice-registration-controller"};

/// Names under which a serving certificate is asked for inside and outside of a
/// cluster.
CredentialsRequest credentials_request(const Options& options) {
  CredentialsRequest request;
  request.directory = options.tls.certificate_directory;
  request.dns_names = {"kubernetes", "kubernetes.default", "kubernetes.default.svc",
                       "kubernetes.default.svc.cluster.local", "localhost"};
  request.ip_addresses = {"127.0.0.1", "::1"};
  auto add = [](std::vector<std::string>& list, std::string text) {
    if (!text.empty() && std::ranges::find(list, text) == list.end()) list.push_back(std::move(text));
  };
  add(request.dns_names, host_name());
  for (auto& address : host_addresses()) add(request.ip_addresses, std::move(address));
  const auto& bind = options.server.listen.bind_address;
  if (bind != "0.0.0.0" && bind != "::") add(request.ip_addresses, bind);
  add(request.ip_addresses, options.advertise_address);
  for (const auto& cidr : options.registry.service_cidrs) add(request.ip_addresses, first_address(cidr));
  return request;
}

std::string text_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

std::string ControlPlane::Rep::loopback_address() const {
  const auto& bind = options.server.listen.bind_address;
  if (bind == "::") return "::1";
  return bind == "0.0.0.0" || bind.empty() ? "127.0.0.1" : bind;
}

std::string ControlPlane::Rep::advertised_server() const {
  const auto& listen = options.server.listen;
  return host_and_port(advertised_address(options.advertise_address, listen.bind_address), listen.port);
}

/// Its own authority when it has to make a serving certificate or an
/// administrator.
Result<void> ControlPlane::Rep::prepare_certificates() {
  auto& files = options.tls.context.default_certificate;
  if (files.certificate_file.empty() || !options.access.administrator_kubeconfig.empty()) {
    TRY(credentials, ensure_credentials(credentials_request(options)));
  }
  if (files.certificate_file.empty()) {
    files.certificate_file = credentials->serving_certificate_file;
    files.key_file = credentials->serving_key_file;
  }
  TRY(options.server.listen.tls, http::tls::ServerContext::create(options.tls.context));
  return {};
}

Result<void> ControlPlane::Rep::build_authenticator() {
  TRY(accounts, ServiceAccounts::open(options.service_accounts, options.tls.certificate_directory));
  auto find = [this](std::string_view resource, const std::string& ns, const std::string& name) {
    return api == nullptr ? std::nullopt : find_for_tokens(api->registry(), resource, ns, name);
  };
  auto tokens = accounts.authenticator(std::move(find));
  account_tokens = tokens.get();
  TRY(authenticator, make_authenticator(options.access, credentials ? credentials->authority : std::string(),
                                        loopback_token, std::move(tokens)));
  return {};
}

Result<void> ControlPlane::Rep::build_api() {
  ApiOptions wanted;
  wanted.registry = options.registry;
  wanted.key_prefix = options.storage.prefix;
  wanted.access = review_callbacks(*authenticator, *account_tokens, *authorizer, accounts.audiences());
  wanted.access.issuer = accounts.issuer();
  wanted.min_request_timeout = options.min_request_timeout;
  wanted.advertised_server = advertised_server();
  storage::Store* values = &store->store();
  if (!options.storage.overrides.empty()) {
    TRY(overridden, OverriddenStores::open(*values, options.storage));
    values = &overridden->store();
  }
  if (!options.storage.encryption_file.empty()) {
    TRY(encryption, Encryption::open(*values, {.file = options.storage.encryption_file,
                                               .reload = options.storage.reload_encryption_file,
                                               .key_prefix = options.storage.prefix,
                                               .open_kms = storage::etcd3::loader::open_kms}));
    values = &encryption->store();
  }
  TRY(api, Api::create(*values, std::move(wanted)));
  return {};
}

Result<void> ControlPlane::Rep::build_paths() {
  HealthCheck ping{"ping", [] { return Result<void>(); }}, log{"log", [] { return Result<void>(); }};
  HealthCheck etcd{"etcd", [this] { return store->healthy(); }};
  HealthCheck readiness{"etcd-readiness", etcd.run};
  HealthCheck informers{"informer-sync", [this] {
                          return hooks.all_finished()
                                     ? Result<void>()
                                     : std::unexpected(Status(500, "", "not all have been read"));
                        }};
  HealthCheck shutdown{
      "shutdown", [this] {
        return lifecycle.is_shutting_down()
                   ? Result<void>(std::unexpected(Status(500, "", "process is shutting down")))
                   : Result<void>();
      }};
  std::vector<HealthCheck> live = {ping, log, etcd}, ready = {ping, log, etcd, readiness};
  for (std::size_t i = 0; overridden && i < overridden->stores().size(); ++i) {
    auto healthy = [&store = *overridden->stores()[i]] { return store.healthy(); };
    live.push_back({"etcd-override-" + std::to_string(i), healthy, "etcd"});
    ready.push_back(live.back());
    ready.push_back({"etcd-override-readiness-" + std::to_string(i), healthy, "etcd-readiness"});
  }
  if (encryption) {
    for (const auto& check : encryption->checks()) {
      live.push_back(check);
      ready.push_back(check);
    }
  }
  ready.push_back(informers);
  for (const auto& hook : hooks.checks()) {
    live.push_back(hook);
    ready.push_back(hook);
  }
  ready.push_back(shutdown);
  add_health(paths, std::make_shared<HealthEndpoint>("healthz", live));
  add_health(paths, std::make_shared<HealthEndpoint>("livez", live));
  add_health(paths, std::make_shared<HealthEndpoint>("readyz", ready));
  add_version(paths);
  add_metrics(paths, metrics);
  if (auto metadata = accounts.openid(advertised_server())) add_openid(paths, *std::move(metadata));
  api->add_paths(paths);
  add_index(paths);
  return {};
}

Result<void> ControlPlane::Rep::write_kubeconfig() {
  const auto& path = options.access.administrator_kubeconfig;
  if (path.empty()) return {};
  Kubeconfig config;
  config.server = "https://" + host_and_port(loopback_address(), server->port());
  config.authority = root_ca();
  config.certificate = credentials->administrator.certificate;
  config.key = credentials->administrator.key;
  return http::tls::write_file(path, kubeconfig_text(config), true);
}

/// What verifies the serving certificate.
std::string ControlPlane::Rep::root_ca() const {
  const auto& serving = options.tls.context.default_certificate.certificate_file;
  bool own = credentials && serving == credentials->serving_certificate_file;
  return own ? credentials->authority : text_of_file(serving);
}

void ControlPlane::Rep::start_wanted_controllers() {
  if (options.controllers.empty()) return;
  auto started = start_controllers(server->handler(), loopback_token, {options.controllers, root_ca()});
  if (started) {
    controllers = std::move(*started);
  } else {
    log::error("no controllers run", {{"error", started.error().message}});
  }
}

bootstrap::Options ControlPlane::Rep::bootstrap_options() const {
  bootstrap::Options wanted;
  wanted.advertise_address =
      advertised_address(options.advertise_address, options.server.listen.bind_address);
  wanted.secure_port = server->port();
  if (!options.registry.service_cidrs.empty())
    wanted.service_cluster_ip_ranges = options.registry.service_cidrs;
  wanted.hostname = host_name();
  std::string authorities = credentials ? credentials->authority : std::string();
  if (!options.access.client_ca_file.empty()) authorities += text_of_file(options.access.client_ca_file);
  if (!authorities.empty()) wanted.authentication["client-ca-file"] = std::move(authorities);
  return wanted;
}

/// Waits on the starter's thread; true when the server stops.
bool ControlPlane::Rep::stops_within(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex);
  return stop.wait_for(lock, time, [this] { return stopping; });
}

void ControlPlane::Rep::run_hooks() {
  const auto wanted = bootstrap_options();
  while (true) {
    auto made = sync_wait(bootstrap::create_bootstrap_objects(api->registry(), wanted));
    if (made) made = load_for_tokens(api->registry());
    for (auto name : kBootstrapHooks) hooks.finished(name, made);
    if (made) break;
    log::warning("cannot create the objects that every cluster has; trying again",
                 {{"error", made.error().message}});
    if (stops_within(kRetryAfter)) return;
  }
  std::function<void()> done;
  {
    std::lock_guard lock(mutex);
    ready = true;
    done = std::move(on_ready);
  }
  if (done) done();
  start_wanted_controllers();
  while (!stops_within(kLeaseRenewal)) {
    auto renewed = sync_wait(bootstrap::renew_identity_lease(api->registry(), wanted));
    if (!renewed) log::warning("cannot renew the identity lease", {{"error", renewed.error().message}});
  }
}

ControlPlane::ControlPlane(std::unique_ptr<Rep> rep) : rep_(std::move(rep)) {}

ControlPlane::~ControlPlane() { shutdown(); }

Result<std::unique_ptr<ControlPlane>> ControlPlane::create(Options options) {
  auto rep = std::make_unique<Rep>();
  rep->options = std::move(options);
  for (auto name : kBootstrapHooks) rep->hooks.add(std::string(name));
  TRY_OK(rep->prepare_certificates());
  TRY(rep->store, open_store(rep->options.storage));
  TRY_OK(rep->build_authenticator());
  rep->authorizer = make_authorizer(rep->options.access);
  TRY_OK(rep->build_api());
  TRY_OK(rep->build_paths());
  rep->director = std::make_unique<Director>(rep->api->routes(), rep->api->environment(), rep->paths,
                                             rep->api->group_names());
  rep->server = std::make_unique<GenericApiServer>(
      rep->options.server,
      ServerParts{*rep->authenticator, *rep->authorizer, *rep->director, rep->lifecycle, rep->metrics});
  return std::unique_ptr<ControlPlane>(new ControlPlane(std::move(rep)));
}

http::Handler& ControlPlane::handler() { return rep_->server->handler(); }

Result<void> ControlPlane::start() {
  TRY_OK(rep_->server->listen());
  TRY_OK(rep_->write_kubeconfig());
  rep_->starter = std::thread([rep = rep_.get()] { rep->run_hooks(); });
  return {};
}

std::string ControlPlane::url() const {
  return "https://" + host_and_port(rep_->loopback_address(), rep_->server->port());
}

const std::string& ControlPlane::kubeconfig_path() const {
  return rep_->options.access.administrator_kubeconfig;
}

void ControlPlane::when_ready(std::function<void()> done) {
  std::unique_lock lock(rep_->mutex);
  if (!rep_->ready) {
    rep_->on_ready = std::move(done);
    return;
  }
  lock.unlock();
  done();
}

void ControlPlane::shutdown() {
  if (rep_ == nullptr) return;
  {
    std::lock_guard lock(rep_->mutex);
    if (rep_->stopping) return;
    rep_->stopping = true;
    rep_->on_ready = nullptr;
  }
  rep_->stop.notify_all();
  if (rep_->starter.joinable()) rep_->starter.join();
  rep_->controllers.reset();
  rep_->server->shutdown();
  rep_.reset();
}

}  // namespace pedalion::controlplane
