#pragma once
// Every filter of the chain, a factory each; generic_api_server.cc holds their order. One file a filter.
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "pedalion/server/exchange/filter.h"

namespace pedalion::server {
class Lifecycle;
class Metrics;
}  // namespace pedalion::server

namespace pedalion::server::authn {
class Authenticator;
}
namespace pedalion::server::authz {
class Authorizer;
}

namespace pedalion::server::filters {

/// Takes the request's Audit-ID or makes one; answers bear it.
std::unique_ptr<Filter> audit_id();

/// Parses the path into RequestInfo. Everything after it may ask what is being done to which resource.
std::unique_ptr<Filter> request_info();

/// A line for each request at -v=3, and for each slow one with the steps it took.
std::unique_ptr<Filter> request_log();

/// apiserver_request_total and the other series of requests.
std::unique_ptr<Filter> request_metrics(Metrics& metrics);

/// X-Pedalion-Trace turns the trace on; the answer's header of that name holds it (for members of
/// system:masters): `step=nanoseconds;…`, each since the trace began.
std::unique_ptr<Filter> trace_header();

/// Cache-Control: no-cache, private, where the handler says nothing else.
std::unique_ptr<Filter> cache_control();

/// Strict-Transport-Security. `directives` as in the flag, e.g. max-age=31536000.
std::unique_ptr<Filter> strict_transport_security(std::vector<std::string> directives);

/// With a probability of `chance` (0 … 0.02) asks HTTP/2 clients to connect anew, so that they spread over
/// servers.
std::unique_ptr<Filter> goaway(double chance);

/// 503 with Retry-After for what comes in during shutdown; counts what is running.
std::unique_ptr<Filter> wait_group(Lifecycle& lifecycle);

/// The deadline of requests that are not long-running: ?timeout= or `request_timeout`, whichever is shorter.
std::unique_ptr<Filter> request_deadline(std::chrono::nanoseconds request_timeout);

/// The warnings that the handler has left, as Warning headers: 299 - "text"; no duplicates, 4096 characters
/// in all.
std::unique_ptr<Filter> warnings();

/// Cross-origin requests from `allowed_origins` (regular expressions).
std::unique_ptr<Filter> cors(const std::vector<std::string>& allowed_origins);

/// Fills exchange.user, or answers 401. Takes the credentials out of the request.
std::unique_ptr<Filter> authentication(const authn::Authenticator& authenticator, Metrics& metrics);

/// At most so many requests at once, counting neither long-running ones nor system:masters'; else 429.
std::unique_ptr<Filter> max_in_flight(int read_only, int mutating, Metrics& metrics);

/// Impersonate-User, -Group, -Uid and -Extra-*: who may be somebody else goes on as that one. 403 for those
/// who may not, 400 without a user's name. Rights that hold for some verbs only are not known.
std::unique_ptr<Filter> impersonation(const authz::Authorizer& authorizer);

/// Asks `authorizer`, or answers 403.
std::unique_ptr<Filter> authorization(const authz::Authorizer& authorizer);

}  // namespace pedalion::server::filters
