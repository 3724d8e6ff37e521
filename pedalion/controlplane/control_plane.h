#pragma once
// A whole server: store, built-in groups, access, listener and what is created at start, composed in one
// place.
#include <functional>
#include <memory>
#include <string>

#include "pedalion/controlplane/options.h"

namespace pedalion::controlplane {

class ControlPlane {
 public:
  /// Opens the store and builds everything on it; listens to nothing yet. Fails with what the person who
  /// starts it has to mend.
  static Result<std::unique_ptr<ControlPlane>> create(Options options);
  /// shutdown(), if that has not been.
  ~ControlPlane();

  /// The whole server without a port.
  http::Handler& handler();

  /// Listens, writes the administrator's kubeconfig, and begins to create what every cluster has. Without
  /// certificate files it makes its own.
  Result<void> start();
  /// Where it listens, as this machine reaches it: https://127.0.0.1:6443. After start().
  std::string url() const;
  /// Of the administrator; empty when none is written.
  const std::string& kubeconfig_path() const;
  /// `done` is called once readyz may succeed, on a thread of its own; never if shutdown() comes first. After
  /// start(), at most once.
  void when_ready(std::function<void()> done);

  /// The orderly end; see GenericApiServer::shutdown. Closes the store last.
  void shutdown();

 private:
  struct Rep;
  explicit ControlPlane(std::unique_ptr<Rep> rep);
  std::unique_ptr<Rep> rep_;
};

}  // namespace pedalion::controlplane
