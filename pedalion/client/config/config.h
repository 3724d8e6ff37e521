#pragma once
// What a client needs to know of its server: where it is, whom to trust, who is asking. client-go's
// rest.Config.
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pedalion/base/status.h"

namespace pedalion::client::config {

/// PEM text, or the file that holds it. The text counts where both are given.
struct Pem {
  std::string data, file;
  bool empty() const { return data.empty() && file.empty(); }
  /// Where it comes from, for messages: the file, or `inline data`.
  std::string where() const { return !data.empty() ? "inline data" : file; }
};

struct TlsConfig {
  Pem authority;            // empty: the system's
  Pem certificate, key;     // the client's own
  std::string server_name;  // for SNI and verification; empty: the host of the URL
  bool insecure = false;    // the server is not verified
};

/// Who the request is to count as, where the server allows it to the one who asks.
struct Impersonation {
  std::string user, uid;
  std::vector<std::string> groups;
  std::map<std::string, std::vector<std::string>> extra;
  bool empty() const { return user.empty() && uid.empty() && groups.empty() && extra.empty(); }
};

/// A program that says who is asking (client.authentication.k8s.io).
struct ExecConfig {
  std::string command;  // with a slash: a path; else it is looked for in $PATH
  std::vector<std::string> args;
  std::vector<std::pair<std::string, std::string>> env;  // beside this process's own
  std::string api_version;
  std::string install_hint;
  enum class Interactive { kIfAvailable, kNever, kAlways } interactive = Interactive::kIfAvailable;
  bool provide_cluster_info = false;
  std::string cluster_config;  // JSON: what the cluster's extension holds for the plugin; empty: nothing
};

/// Where a configuration was found: for messages. Merged files may give each part.
struct Origin {
  std::string context, context_file;
  std::string cluster, cluster_file;
  std::string user, user_file;
  bool in_cluster = false;

  /// `FILE: context "C": `, `in-cluster: `, or nothing; the others name the cluster or the user as well.
  std::string of_context() const;
  std::string of_cluster() const;
  std::string of_user() const;
};

struct Config {
  std::string server;  // URL, or HOST:PORT; its path goes before those of all requests
  TlsConfig tls;

  // One of these says who is asking, or the client's certificate.
  std::string username, password;
  std::string bearer_token;       // …
  std::string bearer_token_file;  // what was last read from it counts more than bearer_token
  std::optional<ExecConfig> exec;
  Impersonation impersonate;

  std::string proxy_url;   // http, https, socks5; empty: what the environment says
  std::string user_agent;  // empty: the program's name and this library's
  double qps = 5;          // <= 0: no limit
  int burst = 10;
  std::chrono::milliseconds timeout{};  // of each request; 0: none
  bool disable_compression = false;

  std::string namespace_name = "default";  // the context's
  Origin origin;
};

/// Fails (400) where parts contradict each other, or something is missing: with the part's origin.
Result<void> check(const Config& config);

}  // namespace pedalion::client::config
