#include "pedalion/client/config/session.h"

#include "pedalion/client/config/http_transport.h"
#include "pedalion/client/config/kubeconfig.h"
#include "pedalion/http/client.h"

namespace pedalion::client::config {

Result<std::unique_ptr<Session>> Session::open(const Config& config) {
  std::unique_ptr<Session> session(new Session(config));
  session->loop_ = http::make_loop_thread("client");
  TRY(session->client_, make_client(*session->loop_, config));
  return session;
}

Result<std::unique_ptr<Session>> Session::open() {
  TRY(Config config, load_config());
  return open(config);
}

Session::~Session() {
  if (client_) {
    wait([this]() -> Task<void> {
      client_.reset();
      co_return;
    });
  }
}

}  // namespace pedalion::client::config
