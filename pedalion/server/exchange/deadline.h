#pragma once
// Runs a handler until its deadline: what is not answered by then gets a 504, and the handler ends on its
// own.
#include <memory>

#include "pedalion/server/exchange/filter.h"

namespace pedalion::server {

/// Serves `exchange` through `director`. When exchange->timeout passes first, answers 504 (wire form of
/// WithTimeoutForNonLongRunningRequests: a Status without kind, apiVersion and Content-Type); the handler
/// then runs on, keeping the exchange (which Lifecycle waits for), and its answer is dropped. An exception
/// that leaves the handler is logged and becomes a 500.
Task<http::Response> serve_until_deadline(FilterChain::Director& director,
                                          std::shared_ptr<Exchange> exchange);

}  // namespace pedalion::server
