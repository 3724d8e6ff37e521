#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/meta/query.h"
#include "pedalion/endpoints/handlers/response.h"

namespace pedalion::endpoints {

Task<http::Response> handle_connect(Call call) {
  if (meta::Query(call.request.query()).has("dryRun"))
    co_return error_response(call, meta::bad_request("dryRun is not supported"));
  auto response = co_await call.resource.connecter->connect(call.context, call.info.name, call.info.subpath,
                                                            std::move(call.request));
  co_return response;
}

}  // namespace pedalion::endpoints
