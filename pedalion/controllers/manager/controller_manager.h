#pragma once
// Runs controllers on a loop of its own, against one server.
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "pedalion/base/loop.h"
#include "pedalion/client/rest/rest_client.h"

namespace pedalion::controllers::manager {

/// As whom controllers write: the field manager that they have in kube-controller-manager.
inline constexpr std::string_view kUserAgent = "kube-controller-manager";

struct ControllerManagerOptions {
  std::vector<std::string> controllers{"*"};  // as --controllers
  std::string root_ca;                        // PEM of the authorities that verify the server
};

class ControllerManager {
 public:
  /// `connect` makes a client of the server, on the loop that it is given and on its thread. Fails (400) when
  /// the choice of controllers is wrong, or with what `connect` says.
  using Connect = std::function<Result<std::unique_ptr<client::rest::RestClient>>(Loop& loop)>;
  static Result<std::unique_ptr<ControllerManager>> start(const Connect& connect,
                                                          ControllerManagerOptions options);
  /// Calls off what is under way, and waits for the loop's end.
  ~ControllerManager();

 private:
  struct Rep;
  explicit ControllerManager(std::unique_ptr<Rep> rep);
  std::unique_ptr<Rep> rep_;
};

}  // namespace pedalion::controllers::manager
