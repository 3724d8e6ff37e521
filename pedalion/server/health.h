#pragma once
// /healthz, /livez and /readyz: named checks, verbose lists, exclusions. KEP-1623; texts as kube-apiserver's.
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/base/status.h"
#include "pedalion/http/message.h"

namespace pedalion::server {

/// One named check. `run` is called on a loop's thread for each probe: it must be quick and thread-safe.
struct HealthCheck {
  std::string name;  // "ping", "etcd", "poststarthook/rbac/bootstrap-roles"
  std::function<Result<void>()> run;
  std::string group = {};  // the check that excludes this one, too
};

/// One endpoint with its checks, in the order in which a verbose answer lists them. Fixed once built.
class HealthEndpoint {
 public:
  /// `name`: "livez"; it is served at /livez and, a check each, at /livez/<check>.
  HealthEndpoint(std::string name, std::vector<HealthCheck> checks);
  const std::string& name() const { return name_; }
  const std::vector<HealthCheck>& checks() const { return checks_; }

  /// Answers `/name` (rest empty) or `/name/<check>`; 404 for an unknown check. `query`: verbose and
  /// exclude=….
  http::Response answer(std::string_view rest, std::string_view query) const;

 private:
  http::Response answer_all(std::string_view query) const;
  std::string name_;
  std::vector<HealthCheck> checks_;
};

}  // namespace pedalion::server
