#pragma once
// What the flags say, in types: everything that a control plane is made of.
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "pedalion/admission/plugin_order.h"
#include "pedalion/http/tls/server_context.h"
#include "pedalion/server/flags.h"
#include "pedalion/server/generic_api_server.h"
#include "pedalion/storage/etcd3/options.h"

namespace pedalion::controlplane {

/// Servers of one resource's own, or of a group's ("*").
struct EtcdOverride {
  std::string group, resource;
  std::vector<std::string> servers;
};

struct StorageChoice {
  enum class Kind : std::uint8_t { kEmbedded, kMemory, kEtcd } kind = Kind::kEmbedded;
  std::string directory;  // of the embedded store
  storage::etcd3::Etcd3Options etcd;
  std::vector<EtcdOverride> overrides;
  std::chrono::milliseconds compaction_interval{std::chrono::minutes(5)};
  std::string prefix = "/registry";
  std::string encryption_file;  // empty: nothing is encrypted
  bool reload_encryption_file = false;
};

struct TlsChoice {
  http::tls::ServerContextOptions
      context;  // without a default certificate: one is made in certificate_directory
  std::string certificate_directory;
};

enum class AuthorizationMode : std::uint8_t { kAlwaysAllow, kAlwaysDeny };

struct AccessChoice {
  bool anonymous = true;
  std::string client_ca_file, token_file;
  std::vector<AuthorizationMode> modes;
  std::string administrator_kubeconfig;  // written at start; empty: none
};

struct ServiceAccountChoice {
  std::vector<std::string> issuers;  // the first signs
  std::string jwks_uri;
  std::vector<std::string> key_files;  // that verify, besides the signing key
  std::string signing_key_file;        // empty, and no key_files: a key is made where the certificates lie
  std::vector<std::string> audiences;  // this server's
  std::chrono::seconds longest{0};     // of tokens; 0: as asked for
  bool extends = true;
};

struct RegistryChoice {
  std::vector<std::string> service_cidrs;
  std::uint16_t first_node_port = 30000, last_node_port = 32767;
  std::chrono::seconds event_ttl{3600};
  bool garbage_collection = true;
  admission::PluginChoice admission_plugins;
};

struct Options {
  server::ServerConfig server;
  StorageChoice storage;
  TlsChoice tls;
  AccessChoice access;
  ServiceAccountChoice service_accounts;
  RegistryChoice registry;
  std::vector<std::string> controllers;  // as --controllers; empty: none run
  std::string advertise_address;
  std::chrono::seconds min_request_timeout{1800};
};

/// Fails (400, text for the terminal) when flags contradict each other or ask for what is not there.
Result<Options> options_from(const server::FlagValues& flags);

}  // namespace pedalion::controlplane
