#pragma once
// The server: the ordered chain of filters around a director, its listener, and its orderly end.
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "pedalion/http/server.h"
#include "pedalion/server/authn/authenticator.h"
#include "pedalion/server/authz/authorizer.h"
#include "pedalion/server/exchange/filter.h"
#include "pedalion/server/exchange/lifecycle.h"
#include "pedalion/server/exchange/metrics.h"

namespace pedalion::server {

/// Under the names of the flags; the defaults are theirs.
struct ServerConfig {
  http::ServerOptions listen;
  std::chrono::nanoseconds request_timeout = std::chrono::seconds(60);  // 0: none
  int max_requests_in_flight = 400, max_mutating_requests_in_flight = 200;
  double goaway_chance = 0;
  std::vector<std::string> cors_allowed_origins;
  std::vector<std::string> strict_transport_security_directives;
  std::chrono::nanoseconds shutdown_delay{};
  std::chrono::nanoseconds shutdown_watch_termination_grace_period{};
};

/// Who may come in and what counts them. All outlive the server.
struct ServerParts {
  const authn::Authenticator& authenticator;
  const authz::Authorizer& authorizer;
  FilterChain::Director& director;
  Lifecycle& lifecycle;
  Metrics& metrics;
};

class GenericApiServer {
 public:
  GenericApiServer(ServerConfig config, ServerParts parts);
  /// Ends what is still running at once.
  ~GenericApiServer();

  /// The whole chain: what the listener calls, and what tests call without one.
  http::Handler& handler() { return chain_; }
  const FilterChain& chain() const { return chain_; }

  /// Listens when it returns.
  Result<void> listen();
  /// Only while it listens.
  std::uint16_t port() const;
  std::vector<Loop*> loops() const;
  std::size_t connections() const;

  /// The orderly end, step by step: readyz fails; after the shutdown delay new requests are refused; those
  /// under way end, watches too; connections close. Returns when all is done, after two request timeouts at
  /// most. Not to be called on a loop.
  void shutdown();

 private:
  ServerConfig config_;
  ServerParts parts_;
  FilterChain chain_;
  std::unique_ptr<http::Server> listener_;
};

}  // namespace pedalion::server
