#pragma once
// A Status as the answer to a request that no handler has seen, in the form that the client accepts.
#include "pedalion/server/exchange/exchange.h"

namespace pedalion::server {

/// Negotiated as all errors are: by the request's Accept, JSON when nothing fits.
http::Response status_response(const Status& status, const Exchange& exchange);

}  // namespace pedalion::server
