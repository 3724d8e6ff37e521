#pragma once
// What /version says: the Kubernetes version that this server answers like, and its own build.
#include <string>

namespace pedalion::server {

/// Indented JSON, as kube-apiserver writes it.
std::string version_json();

/// One line for `pedalion version`.
std::string version_text();

}  // namespace pedalion::server
