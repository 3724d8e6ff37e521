#pragma once
// One request on its way through the filters: what has been learnt of it so far.
#include <chrono>
#include <memory>
#include <string>

#include "pedalion/base/trace.h"
#include "pedalion/endpoints/request/request_info.h"
#include "pedalion/http/message.h"
#include "pedalion/registry/rest/context.h"
#include "pedalion/server/exchange/lifecycle.h"

namespace pedalion::server {

/// Made when the request's head has arrived, gone when its handler has ended (a streamed body outlives it).
/// Belongs to the connection's loop.
struct Exchange {
  RunningRequest running;  // null when long-running. First, so that it is the last to go
  http::Request request;
  std::chrono::steady_clock::time_point received = std::chrono::steady_clock::now();
  std::string audit_id;
  endpoints::RequestInfo info;
  std::shared_ptr<const registry::rest::UserInfo> user;  // null until the authentication filter has been met
  registry::rest::RequestContext context;
  Trace trace;
  bool counted_in_flight = false;      // set by the filter that undoes it
  std::chrono::nanoseconds timeout{};  // until the deadline; 0: none (long-running)

  bool is_long_running() const;
  bool is_privileged() const;  // a member of system:masters
};

}  // namespace pedalion::server
