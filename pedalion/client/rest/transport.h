#pragma once
// The way to a server: what carries a request there and its answer back.
#include <memory>

#include "pedalion/base/loop.h"
#include "pedalion/http/client.h"
#include "pedalion/http/message.h"

namespace pedalion::client::rest {

/// Belongs to loop(): all calls on its thread. Implementations: a connection pool with credentials
/// (config/http_transport.h), a server of this process (handler_transport.h), and those of tests.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual Loop& loop() = 0;
  /// Sends `request`, whose target begins with a slash. Fails when there is no answer: 503 nobody could be
  /// reached, 504 too late, 502 broken off. Destroying the Task calls the request off.
  virtual Task<Result<http::ClientResponse>> send(http::Request request) = 0;
};

}  // namespace pedalion::client::rest
