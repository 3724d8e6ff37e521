#pragma once
// One API request at its verb's handler: everything a handler may look at.
#include <chrono>
#include <cstddef>
#include <functional>

#include "pedalion/apimachinery/scheme/scheme.h"
#include "pedalion/endpoints/handlers/encoded_objects.h"
#include "pedalion/endpoints/request/request_info.h"
#include "pedalion/http/message.h"
#include "pedalion/registry/rest/resource.h"

namespace pedalion::endpoints {

/// What is the same for all calls of a server. Lives as long as it.
struct Environment {
  const scheme::Scheme& scheme;
  std::shared_ptr<EncodedObjects> encoded = std::make_shared<EncodedObjects>();
  std::size_t body_limit = 3 << 20;  // bytes of a request body; more: 413
  std::chrono::seconds min_request_timeout{
      1800};  // a watch without timeoutSeconds lasts this long, up to twice
};

/// All borrowed for the time of the call; a response stream must keep nothing of it but `environment` and
/// `resource`.
struct Call {
  http::Request& request;
  const RequestInfo& info;
  registry::rest::RequestContext& context;
  const registry::rest::Resource& resource;
  const Environment& environment;
};

/// Errors are answered, as Status in the form that the request accepts.
using VerbHandler = Task<http::Response> (*)(Call call);

// One file a verb.
Task<http::Response> handle_get(Call call);
Task<http::Response> handle_list(Call call);
Task<http::Response> handle_watch(Call call);
Task<http::Response> handle_create(Call call);
Task<http::Response> handle_update(Call call);
Task<http::Response> handle_patch(Call call);
Task<http::Response> handle_delete(Call call);
Task<http::Response> handle_delete_collection(Call call);
Task<http::Response> handle_connect(Call call);

/// A Status as an answer, negotiated by the request's Accept (JSON when nothing fits), pretty when it asks
/// for that.
http::Response status_response(const Status& status, const http::Request& request);

}  // namespace pedalion::endpoints
