#pragma once
// A watch as a response body: frames made of the events' shared bytes.
#include <memory>

#include "pedalion/endpoints/handlers/call.h"
#include "pedalion/endpoints/handlers/forms.h"
#include "pedalion/http/message.h"
#include "pedalion/registry/rest/resource.h"
#include "pedalion/watchcache/subscription.h"

namespace pedalion::endpoints {

/// `{"type":"ADDED","object":…}` and a newline, an event each; in protobuf a length of four bytes and a
/// WatchEvent. `environment` and `resource` outlive the stream.
std::unique_ptr<http::BodyStream> watch_stream(std::unique_ptr<watchcache::Subscription> subscription,
                                               const Environment& environment,
                                               const registry::rest::Resource& resource, const Form& form,
                                               IncludeObject include);

}  // namespace pedalion::endpoints
