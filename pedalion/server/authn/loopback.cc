#include "pedalion/server/authn/loopback.h"

#include "pedalion/server/authn/bearer.h"

namespace pedalion::server::authn {

LoopbackAuthenticator::LoopbackAuthenticator(std::string token) : token_(std::move(token)) {
  UserInfo user;
  user.name = "system:apiserver";
  user.groups = {"system:masters"};
  user_ = authenticated(std::move(user));
}

Result<User> LoopbackAuthenticator::authenticate(const http::Request& request) const {
  auto token = bearer_token(request.headers);
  // No token of this process can be guessed byte by byte: the length and all bytes are looked at.
  if (token.size() != token_.size()) return nullptr;
  unsigned char differs = 0;
  for (std::size_t at = 0; at < token.size(); ++at)
    differs |= static_cast<unsigned char>(token[at] ^ token_[at]);
  return differs == 0 ? user_ : nullptr;
}

}  // namespace pedalion::server::authn
