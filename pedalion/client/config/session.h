#pragma once
// A client for programs that have no loop of their own: a thread for it, and a way to wait for its answers.
#include <memory>
#include <string>
#include <utility>

#include "pedalion/client/config/config.h"
#include "pedalion/client/rest/blocking.h"
#include "pedalion/client/rest/rest_client.h"

namespace pedalion::client::config {

/// Owns a loop's thread and the client that lives on it. What is made of the client goes before the Session,
/// on its loop.
class Session {
 public:
  /// Fails as load_config() and make_client() do.
  static Result<std::unique_ptr<Session>> open(const Config& config);
  /// The usual way: $KUBECONFIG, ~/.kube/config, or the pod's own configuration.
  static Result<std::unique_ptr<Session>> open();
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  rest::RestClient& client() { return *client_; }
  Loop& loop() { return *loop_; }
  const Config& config() const { return config_; }

  /// Runs the Task that `make` returns on the loop, and waits for it. Not to be called on the loop.
  template <class Make>
  auto wait(Make make) {
    return rest::wait(*loop_, std::move(make));
  }

 private:
  explicit Session(Config config) : config_(std::move(config)) {}
  const Config config_;
  std::unique_ptr<Loop> loop_;
  std::unique_ptr<rest::RestClient> client_;
};

}  // namespace pedalion::client::config
