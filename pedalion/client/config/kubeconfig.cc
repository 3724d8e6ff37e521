#include "pedalion/client/config/kubeconfig.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>

#include "pedalion/base/log.h"
#include "pedalion/client/config/text_file.h"

namespace pedalion::client::config {
namespace {

std::unexpected<Status> bad(std::string message) {
  return std::unexpected(Status(400, "BadRequest", std::move(message)));
}

void replace(std::string& value, const std::string& other) {
  if (!other.empty()) value = other;
}
void replace(Pem& value, const Pem& other) {
  if (!other.empty()) value = other;
}

// Null when `name` is empty: nothing was asked for.
template <class T>
Result<const T*> entry(const std::map<std::string, T, std::less<>>& map, std::string_view kind,
                       const std::string& name, const std::string& where) {
  if (name.empty()) return nullptr;
  auto found = map.find(name);
  if (found == map.end()) return bad(fmt::format("{}{} {:?} does not exist", where, kind, name));
  return &found->second;
}

void take_cluster(Config& config, const KubeCluster& cluster) {
  config.origin.cluster_file = cluster.file;
  config.server = cluster.server;
  config.tls.authority = cluster.authority;
  config.tls.server_name = cluster.tls_server_name;
  config.tls.insecure = cluster.insecure;
  config.proxy_url = cluster.proxy_url;
  config.disable_compression = cluster.disable_compression;
}

Result<void> take_user(Config& config, const KubeUser& user) {
  config.origin.user_file = user.file;
  if (!user.auth_provider.empty()) {
    return bad(
        fmt::format("{}no Auth Provider found for name {:?}", config.origin.of_user(), user.auth_provider));
  }
  config.tls.certificate = user.certificate;
  config.tls.key = user.key;
  config.bearer_token = user.token;
  config.bearer_token_file = user.token_file;
  config.username = user.username;
  config.password = user.password;
  config.impersonate = user.impersonate;
  config.exec = user.exec;
  return {};
}

void override_cluster(Config& config, const Overrides& overrides) {
  replace(config.server, overrides.server);
  replace(config.tls.server_name, overrides.tls_server_name);
  replace(config.proxy_url, overrides.proxy_url);
  // Trust is said anew as a whole.
  if (!overrides.authority.empty() || overrides.insecure) {
    config.tls.authority = overrides.authority;
    config.tls.insecure = overrides.insecure;
  }
}

// A way to say who is asking takes the place of the others.
void override_user(Config& config, const Overrides& overrides) {
  replace(config.tls.certificate, overrides.certificate);
  replace(config.tls.key, overrides.key);
  const bool basic = !overrides.username.empty() || !overrides.password.empty();
  if (!overrides.token.empty() || basic) {
    config.bearer_token = overrides.token;
    config.bearer_token_file.clear();
    config.username = overrides.username;
    config.password = overrides.password;
    config.exec.reset();
  }
  if (!overrides.impersonate.empty()) config.impersonate = overrides.impersonate;
}

// The files of $KUBECONFIG, each once.
std::vector<std::string> listed_files(std::string_view list) {
  std::vector<std::string> out;
  while (!list.empty()) {
    auto colon = std::min(list.find(':'), list.size());
    std::string file(list.substr(0, colon));
    if (!file.empty() && std::ranges::find(out, file) == out.end()) out.push_back(std::move(file));
    list.remove_prefix(std::min(colon + 1, list.size()));
  }
  return out;
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

void Kubeconfig::merge(Kubeconfig other) {
  clusters.merge(other.clusters);
  users.merge(other.users);
  contexts.merge(other.contexts);
  if (current_context.empty()) {
    current_context = other.current_context;
    current_context_file = other.current_context_file;
  }
  files.insert(files.end(), other.files.begin(), other.files.end());
}

std::string Kubeconfig::where() const {
  return files.empty() ? "" : fmt::format("kubeconfig {}: ", fmt::join(files, ", "));
}

Result<Config> config_of(const Kubeconfig& kubeconfig, const Overrides& overrides) {
  Config config;
  auto& origin = config.origin;
  origin.context = overrides.context.empty() ? kubeconfig.current_context : overrides.context;
  const auto files = overrides.context.empty() && !kubeconfig.current_context_file.empty()
                         ? "kubeconfig " + kubeconfig.current_context_file + ": "
                         : kubeconfig.where();
  TRY(const auto* context, entry(kubeconfig.contexts, "context", origin.context, files));
  if (context != nullptr) {
    origin.context_file = context->file;
    origin.cluster = context->cluster;
    origin.user = context->user;
    replace(config.namespace_name, context->namespace_name);
  }
  replace(origin.cluster, overrides.cluster);
  replace(origin.user, overrides.user);
  replace(config.namespace_name, overrides.namespace_name);
  const auto where = origin.of_context();
  TRY(const auto* cluster, entry(kubeconfig.clusters, "cluster", origin.cluster, where));
  TRY(const auto* user, entry(kubeconfig.users, "user", origin.user, where));
  if (cluster != nullptr) take_cluster(config, *cluster);
  if (user != nullptr) TRY_OK(take_user(config, *user));
  if (config.exec && cluster != nullptr) config.exec->cluster_config = cluster->exec_config;
  override_cluster(config, overrides);
  override_user(config, overrides);
  config.timeout = overrides.timeout;
  if (config.server.empty() && context == nullptr) {
    return bad(kubeconfig.where() + "no configuration: no context is chosen and no server is named");
  }
  TRY_OK(check(config));
  return config;
}

Environment Environment::of_process() {
  Environment out;
  out.kubeconfig = variable("KUBECONFIG");
  out.home = variable("HOME");
  out.service_host = variable("KUBERNETES_SERVICE_HOST");
  out.service_port = variable("KUBERNETES_SERVICE_PORT");
  return out;
}

Result<Kubeconfig> read_kubeconfig(const std::string& path, const Environment& environment) {
  std::vector<std::string> files;
  if (!path.empty()) {
    files = {path};
  } else if (!environment.kubeconfig.empty()) {
    files = listed_files(environment.kubeconfig);
  } else if (!environment.home.empty()) {
    files = {environment.home + "/.kube/config"};
  }
  Kubeconfig out;
  for (const auto& file : files) {
    auto text = read_text_file(file);
    if (!text && path.empty() && text.error().has_reason("NotFound")) {
      if (!environment.kubeconfig.empty()) log::warning("Config not found", {{"file", file}});
      continue;
    }
    if (!text) return bad("kubeconfig " + text.error().message);
    TRY(auto part, parse_kubeconfig(*text, file));
    part.files = {file};
    out.merge(std::move(part));
  }
  return out;
}

Result<Config> in_cluster_config(const Environment& environment) {
  Config config;
  config.origin.in_cluster = true;
  const auto where = config.origin.of_context();
  if (environment.service_host.empty() || environment.service_port.empty()) {
    return bad(where + "unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and " +
               "KUBERNETES_SERVICE_PORT must be defined");
  }
  const bool v6 = environment.service_host.find(':') != std::string::npos;
  config.server = fmt::format("https://{}{}{}:{}", v6 ? "[" : "", environment.service_host, v6 ? "]" : "",
                              environment.service_port);
  config.bearer_token_file = environment.service_account + "/token";
  auto token = read_text_file(config.bearer_token_file);
  if (!token) return bad(where + token.error().message);
  config.bearer_token = *std::move(token);
  config.tls.authority.file = environment.service_account + "/ca.crt";
  if (auto authority = read_text_file(config.tls.authority.file); !authority) {
    log::error("Expected to load root CA config", {{"error", authority.error().message}});
    config.tls.authority = {};
  }
  if (auto name = read_text_file(environment.service_account + "/namespace"))
    replace(config.namespace_name, *name);
  TRY_OK(check(config));
  return config;
}

Result<Config> load_config(const std::string& path, const Overrides& overrides,
                           const Environment& environment) {
  TRY(auto kubeconfig, read_kubeconfig(path, environment));
  const bool in_pod = !environment.service_host.empty() && !environment.service_port.empty();
  if (path.empty() && kubeconfig.empty() && overrides.server.empty() && in_pod) {
    TRY(auto config, in_cluster_config(environment));
    replace(config.namespace_name, overrides.namespace_name);
    override_cluster(config, overrides);
    override_user(config, overrides);
    TRY_OK(check(config));
    return config;
  }
  return config_of(kubeconfig, overrides);
}

}  // namespace pedalion::client::config
