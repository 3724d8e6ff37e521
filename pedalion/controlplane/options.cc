#include "pedalion/controlplane/options.h"

#include <charconv>

#include "pedalion/base/log.h"
#include "pedalion/controllers/manager/controller_table.h"
#include "pedalion/controlplane/overrides.h"
#include "pedalion/controlplane/split.h"

namespace pedalion::controlplane {
namespace {

using server::FlagValues;

Status refused(std::string text) { return Status(400, "BadRequest", std::move(text)); }

Result<StorageChoice> storage_from(const FlagValues& flags) {
  StorageChoice storage;
  const auto& kind = flags.text("storage");
  if (kind != "embedded" && kind != "memory") {
    return std::unexpected(refused("--storage: \"" + kind + "\" is neither embedded nor memory"));
  }
  storage.etcd.endpoints = flags.list("etcd-servers");
  storage.etcd.ca_file = flags.text("etcd-cafile");
  storage.etcd.certificate_file = flags.text("etcd-certfile");
  storage.etcd.key_file = flags.text("etcd-keyfile");
  if (storage.etcd.certificate_file.empty() != storage.etcd.key_file.empty()) {
    return std::unexpected(refused("--etcd-certfile and --etcd-keyfile go together"));
  }
  TRY(storage.overrides, parse_overrides(flags.list("etcd-servers-overrides")));
  storage.kind = !storage.etcd.endpoints.empty() ? StorageChoice::Kind::kEtcd
                 : kind == "memory"              ? StorageChoice::Kind::kMemory
                                                 : StorageChoice::Kind::kEmbedded;
  storage.directory = flags.text("data-dir");
  storage.compaction_interval =
      std::chrono::duration_cast<std::chrono::milliseconds>(flags.duration("etcd-compaction-interval"));
  storage.prefix = flags.text("etcd-prefix");
  while (storage.prefix.ends_with('/')) storage.prefix.pop_back();
  if (!storage.prefix.starts_with('/')) storage.prefix.insert(0, "/");
  storage.encryption_file = flags.text("encryption-provider-config");
  storage.reload_encryption_file = flags.boolean("encryption-provider-config-automatic-reload");
  return storage;
}

/// `cert,key` or `cert,key:name,name`.
Result<http::tls::CertificateFiles> sni_pair(const std::string& text) {
  auto colon = text.find(':');
  auto files = split(std::string_view(text).substr(0, colon), ',');
  if (files.size() != 2) {
    return std::unexpected(refused("--tls-sni-cert-key: \"" + text + "\" is not cert,key[:names]"));
  }
  http::tls::CertificateFiles pair{files[0], files[1], {}};
  if (colon != std::string::npos) pair.names = split(std::string_view(text).substr(colon + 1), ',');
  return pair;
}

Result<TlsChoice> tls_from(const FlagValues& flags) {
  TlsChoice tls;
  tls.certificate_directory = flags.text("cert-dir");
  auto& context = tls.context;
  context.default_certificate = {flags.text("tls-cert-file"), flags.text("tls-private-key-file"), {}};
  if (context.default_certificate.certificate_file.empty() != context.default_certificate.key_file.empty()) {
    return std::unexpected(refused("--tls-cert-file and --tls-private-key-file go together"));
  }
  for (const auto& text : flags.list("tls-sni-cert-key")) {
    TRY(auto pair, sni_pair(text));
    context.sni_certificates.push_back(std::move(pair));
  }
  const auto& version = flags.text("tls-min-version");
  if (version != "VersionTLS12" && version != "VersionTLS13" && !version.empty()) {
    return std::unexpected(
        refused("--tls-min-version: \"" + version + "\" is neither VersionTLS12 nor VersionTLS13"));
  }
  context.min_version =
      version == "VersionTLS13" ? http::tls::MinVersion::kTls13 : http::tls::MinVersion::kTls12;
  context.cipher_suites = flags.list("tls-cipher-suites");
  context.http2 = !flags.boolean("disable-http2-serving");
  return tls;
}

Result<AccessChoice> access_from(const FlagValues& flags) {
  AccessChoice access;
  access.anonymous = flags.boolean("anonymous-auth");
  access.client_ca_file = flags.text("client-ca-file");
  access.token_file = flags.text("token-auth-file");
  access.administrator_kubeconfig = flags.text("loopback-kubeconfig");
  for (const auto& mode : flags.list("authorization-mode")) {
    if (mode == "AlwaysAllow") {
      access.modes.push_back(AuthorizationMode::kAlwaysAllow);
    } else if (mode == "AlwaysDeny") {
      access.modes.push_back(AuthorizationMode::kAlwaysDeny);
    } else if (mode == "RBAC") {
      log::warning("--authorization-mode=RBAC is not there yet: whoever is authenticated may do everything");
      access.modes.push_back(AuthorizationMode::kAlwaysAllow);
    } else if (mode == "Node") {
      log::warning("--authorization-mode=Node is not there yet: it gives no opinion");
    } else {
      return std::unexpected(
          refused("--authorization-mode: \"" + mode + "\" is not there (AlwaysAllow, AlwaysDeny)"));
    }
  }
  return access;
}

Result<ServiceAccountChoice> service_accounts_from(const FlagValues& flags) {
  ServiceAccountChoice accounts;
  accounts.issuers = flags.list("service-account-issuer");
  accounts.jwks_uri = flags.text("service-account-jwks-uri");
  accounts.key_files = flags.list("service-account-key-file");
  accounts.signing_key_file = flags.text("service-account-signing-key-file");
  accounts.audiences = flags.list("api-audiences");
  if (accounts.audiences.empty()) accounts.audiences = accounts.issuers;
  accounts.extends = flags.boolean("service-account-extend-token-expiration");
  accounts.longest = std::chrono::duration_cast<std::chrono::seconds>(
      flags.duration("service-account-max-token-expiration"));
  auto seconds = accounts.longest.count();
  if (seconds != 0 && (seconds < 3600 || seconds > std::int64_t{1} << 32)) {
    return std::unexpected(
        refused("the service-account-max-token-expiration must be between 1 hour and 2^32 seconds"));
  }
  return accounts;
}

Result<admission::PluginChoice> plugins_from(const FlagValues& flags) {
  admission::PluginChoice choice{.enabled = flags.list("enable-admission-plugins"),
                                 .disabled = flags.list("disable-admission-plugins")};
  TRY_OK(choice.check());
  for (const auto& name : choice.enabled) {
    if (!admission::find_plugin(name)->is_there)
      log::warning("--enable-admission-plugins: " + name + " is not there yet");
  }
  return choice;
}

Result<RegistryChoice> registry_from(const FlagValues& flags) {
  RegistryChoice registry;
  registry.service_cidrs = flags.list("service-cluster-ip-range");
  const auto& ports = flags.text("service-node-port-range");
  auto read = [](std::string_view text, std::uint16_t& port) {
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc() && end == text.data() + text.size() && port > 0;
  };
  auto dash = ports.find('-');
  if (dash == std::string::npos || !read(std::string_view(ports).substr(0, dash), registry.first_node_port) ||
      !read(std::string_view(ports).substr(dash + 1), registry.last_node_port) ||
      registry.first_node_port > registry.last_node_port) {
    return std::unexpected(
        refused("--service-node-port-range: \"" + ports + "\" is not a range such as 30000-32767"));
  }
  registry.event_ttl = std::chrono::duration_cast<std::chrono::seconds>(flags.duration("event-ttl"));
  registry.garbage_collection = flags.boolean("enable-garbage-collector");
  TRY(registry.admission_plugins, plugins_from(flags));
  return registry;
}

Result<server::ServerConfig> server_from(const FlagValues& flags) {
  server::ServerConfig config;
  config.listen.bind_address = flags.text("bind-address");
  auto port = flags.integer("secure-port");
  auto threads = flags.integer("threads");
  if (port < 0 || port > 65535) return std::unexpected(refused("--secure-port: must be between 0 and 65535"));
  if (threads < 0 || threads > 1024) return std::unexpected(refused("--threads: must be between 0 and 1024"));
  config.listen.port = static_cast<std::uint16_t>(port);
  config.listen.threads = static_cast<unsigned>(threads);
  config.listen.http2 = !flags.boolean("disable-http2-serving");
  if (auto streams = flags.integer("http2-max-streams-per-connection"); streams > 0) {
    config.listen.limits.streams_per_connection = static_cast<std::uint32_t>(streams);
  }
  config.request_timeout = flags.duration("request-timeout");
  config.max_requests_in_flight = static_cast<int>(flags.integer("max-requests-inflight"));
  config.max_mutating_requests_in_flight = static_cast<int>(flags.integer("max-mutating-requests-inflight"));
  config.goaway_chance = flags.number("goaway-chance");
  if (config.goaway_chance < 0 || config.goaway_chance > 0.02) {
    return std::unexpected(refused("--goaway-chance: must be between 0 and 0.02"));
  }
  config.cors_allowed_origins = flags.list("cors-allowed-origins");
  config.strict_transport_security_directives = flags.list("strict-transport-security-directives");
  config.shutdown_delay = flags.duration("shutdown-delay-duration");
  config.shutdown_watch_termination_grace_period = flags.duration("shutdown-watch-termination-grace-period");
  return config;
}

}  // namespace

Result<Options> options_from(const FlagValues& flags) {
  Options options;
  TRY(options.server, server_from(flags));
  TRY(options.storage, storage_from(flags));
  TRY(options.tls, tls_from(flags));
  TRY(options.access, access_from(flags));
  TRY(options.service_accounts, service_accounts_from(flags));
  TRY(options.registry, registry_from(flags));
  options.controllers = flags.list("controllers");
  if (auto known = controllers::manager::chosen_controllers(options.controllers); !known) {
    return std::unexpected(refused("--controllers: " + known.error().message));
  }
  options.advertise_address = flags.text("advertise-address");
  options.min_request_timeout = std::chrono::seconds(flags.integer("min-request-timeout"));
  for (const auto& flag : flags.without_effect()) log::warning("--" + flag + " has no effect yet");
  return options;
}

}  // namespace pedalion::controlplane
