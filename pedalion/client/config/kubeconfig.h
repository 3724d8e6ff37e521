#pragma once
// Kubeconfig files: read, merged, and made a Config by choosing a context; and the configuration that a pod
// finds.
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/client/config/config.h"

namespace pedalion::client::config {

/// Entries as files hold them: file names in them are absolute already. `file` is where each stands.
struct KubeCluster {
  std::string file;
  std::string server, tls_server_name, proxy_url;
  Pem authority;
  bool insecure = false, disable_compression = false;
  std::string exec_config;  // JSON of the extension client.authentication.k8s.io/exec
};
struct KubeUser {
  std::string file;
  Pem certificate, key;
  std::string token, token_file, username, password;
  Impersonation impersonate;
  std::optional<ExecConfig> exec;
  std::string auth_provider;  // its name: none is supported
};
struct KubeContext {
  std::string file;
  std::string cluster, user, namespace_name;
};

struct Kubeconfig {
  std::map<std::string, KubeCluster, std::less<>> clusters;
  std::map<std::string, KubeUser, std::less<>> users;
  std::map<std::string, KubeContext, std::less<>> contexts;
  std::string current_context, current_context_file;
  std::vector<std::string> files;  // that it was read from

  bool empty() const {
    return clusters.empty() && users.empty() && contexts.empty() && current_context.empty();
  }
  /// `kubeconfig FILE, FILE: `, or nothing: for messages that are about all of it.
  std::string where() const;
  /// Takes from `other` what is not here yet: the first file to name something wins.
  void merge(Kubeconfig other);
};

/// Reads one file's text. `file` is its name, for messages and for what is relative to its folder. Fails
/// (400) with the file and the path of the wrong field; unknown fields are passed over.
Result<Kubeconfig> parse_kubeconfig(std::string_view text, const std::string& file);

/// What a program or its flags say beside the files. Empty: not said.
struct Overrides {
  std::string context, cluster, user, namespace_name;
  std::string server, tls_server_name, proxy_url;
  Pem authority, certificate, key;
  bool insecure = false;
  std::string token, username, password;
  Impersonation impersonate;
  std::chrono::milliseconds timeout{};
};

/// The Config of the chosen context (overrides.context, else the current one). Without any context, what the
/// overrides say. Fails (400) with what does not exist, or with what check() finds.
Result<Config> config_of(const Kubeconfig& kubeconfig, const Overrides& overrides = {});

/// Of this process, as far as it matters here.
struct Environment {
  std::string kubeconfig;                  // $KUBECONFIG: a list, with colons between
  std::string home;                        // $HOME
  std::string service_host, service_port;  // $KUBERNETES_SERVICE_HOST, $KUBERNETES_SERVICE_PORT
  std::string service_account = "/var/run/secrets/kubernetes.io/serviceaccount";
  static Environment of_process();
};

/// `path` when it is not empty, which must exist; else the list of $KUBECONFIG, of which some may be missing;
/// else ~/.kube/config, if there is one.
Result<Kubeconfig> read_kubeconfig(const std::string& path, const Environment& environment);

/// What a pod knows. Fails (400) outside of one.
Result<Config> in_cluster_config(const Environment& environment);

/// The way of a client that is told nothing more: the files, and where they say nothing, the pod.
Result<Config> load_config(const std::string& path = {}, const Overrides& overrides = {},
                           const Environment& environment = Environment::of_process());

}  // namespace pedalion::client::config
