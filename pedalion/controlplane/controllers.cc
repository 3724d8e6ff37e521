#include "pedalion/controlplane/controllers.h"

#include "pedalion/client/rest/handler_transport.h"

namespace pedalion::controlplane {

Result<std::unique_ptr<controllers::manager::ControllerManager>> start_controllers(
    http::Handler& handler, const std::string& token,
    controllers::manager::ControllerManagerOptions options) {
  auto connect = [&](Loop& loop) -> Result<std::unique_ptr<client::rest::RestClient>> {
    http::Headers headers;
    headers.set("authorization", "Bearer " + token);
    client::rest::RestClientOptions wanted;
    wanted.user_agent = controllers::manager::kUserAgent;
    wanted.qps = 0;  // the server's own limits are enough
    return std::make_unique<client::rest::RestClient>(
        client::rest::make_handler_transport(loop, handler, std::move(headers)), std::move(wanted));
  };
  return controllers::manager::ControllerManager::start(connect, std::move(options));
}

}  // namespace pedalion::controlplane
