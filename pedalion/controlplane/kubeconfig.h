#pragma once
// Kubeconfig files, as far as this server writes them for an administrator and its own tools read them.
#include <string>

#include "pedalion/base/status.h"

namespace pedalion::controlplane {

/// One server and one user. PEM texts; empty: none.
struct Kubeconfig {
  std::string server;  // https://127.0.0.1:6443
  std::string authority, certificate, key, token;
  bool insecure_skip_tls_verify = false;
};

/// A complete file with one context, "pedalion".
std::string kubeconfig_text(const Kubeconfig& config);

/// The server and user of the current context. Data and file forms are both read; exec and auth-provider
/// plugins are not known. Fails (400) with what is missing.
Result<Kubeconfig> read_kubeconfig(const std::string& path);

}  // namespace pedalion::controlplane
