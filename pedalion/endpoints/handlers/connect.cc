#include "pedalion/endpoints/handlers/response.h"

namespace pedalion::endpoints {

Task<http::Response> handle_connect(Call call) {
  auto response = co_await call.resource.connecter->connect(call.context, call.info.name, call.info.subpath,
                                                            std::move(call.request));
  co_return response;
}

}  // namespace pedalion::endpoints
