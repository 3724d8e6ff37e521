#pragma once
// --token-auth-file: static bearer tokens from a CSV of token,user,uid[,"group1,group2"].
#include <string>
#include <string_view>
#include <unordered_map>

#include "pedalion/server/authn/authenticator.h"

namespace pedalion::server::authn {

/// Read once, at start, as kube-apiserver does. Knows every token; any other bearer token is an error.
class TokenFileAuthenticator final : public Authenticator {
 public:
  /// Fails with what is wrong and the line it is on.
  static Result<std::unique_ptr<TokenFileAuthenticator>> parse(std::string_view csv);
  static Result<std::unique_ptr<TokenFileAuthenticator>> open(const std::string& path);
  Result<User> authenticate(const http::Request& request) const override;

 private:
  TokenFileAuthenticator() = default;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::unordered_map<std::string, User, Hash, std::equal_to<>> users_;
};

}  // namespace pedalion::server::authn
