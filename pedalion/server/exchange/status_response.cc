#include "pedalion/server/exchange/status_response.h"

#include "pedalion/endpoints/handlers/call.h"

namespace pedalion::server {

http::Response status_response(const Status& status, const Exchange& exchange) {
  return endpoints::status_response(status, exchange.request);
}

}  // namespace pedalion::server
