#pragma once
// The server's own requests to itself: a token that never leaves the process.
#include <string>

#include "pedalion/server/authn/authenticator.h"

namespace pedalion::server::authn {

/// Whoever has the token is system:apiserver, of the group system:masters, as in kube-apiserver. All other
/// tokens are for others to judge.
class LoopbackAuthenticator final : public Authenticator {
 public:
  explicit LoopbackAuthenticator(std::string token);
  Result<User> authenticate(const http::Request& request) const override;

 private:
  std::string token_;
  User user_;
};

}  // namespace pedalion::server::authn
