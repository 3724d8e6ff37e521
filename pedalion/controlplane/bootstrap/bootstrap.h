#pragma once
// What a server makes for itself when it starts: the fixed objects, and those that say where it is.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "pedalion/registry/builtin/builtin_registry.h"

namespace pedalion::controlplane::bootstrap {

struct Options {
  std::string advertise_address;  // where clients inside the cluster reach it
  std::uint16_t secure_port = 6443;
  std::vector<std::string> service_cluster_ip_ranges{"10.0.0.0/24"};
  std::string hostname;  // the identity lease is named after it
  /// data of kube-system/extension-apiserver-authentication ("client-ca-file", "requestheader-…"); empty: the
  /// ConfigMap is not made.
  std::map<std::string, std::string> authentication;
};

/// Creates what is missing and brings what has moved (endpoints, lease) up to date; all that exists already
/// is left alone, so running it again changes nothing but the lease. Concurrent: the writes of a round share
/// the store's commits. Fails with the first error; the rest may have been made.
Task<Result<void>> create_bootstrap_objects(registry::builtin::BuiltinRegistry& registry, Options options);

/// Renews the identity lease: to be called every 10 s or so.
Task<Result<void>> renew_identity_lease(registry::builtin::BuiltinRegistry& registry, Options options);

/// "apiserver-" and 26 letters that stand for the host.
std::string server_identity(const std::string& hostname);

}  // namespace pedalion::controlplane::bootstrap
