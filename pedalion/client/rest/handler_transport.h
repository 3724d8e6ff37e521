#pragma once
// A server of the same process as a Transport: no socket, no copying of bodies.
#include <memory>

#include "pedalion/client/rest/transport.h"

namespace pedalion::client::rest {

/// Calls `handler`, which outlives it, on `loop`. `headers` are added to every request (credentials).
std::unique_ptr<Transport> make_handler_transport(Loop& loop, http::Handler& handler, http::Headers headers);

}  // namespace pedalion::client::rest
