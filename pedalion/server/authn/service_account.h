#pragma once
// Tokens of service accounts: signed by this server's key, good as long as the account and what they are
// bound to are there.
#include <functional>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "pedalion/registry/builtin/virtuals/access.h"
#include "pedalion/server/authn/authenticator.h"
#include "pedalion/server/authn/token_keys.h"

namespace pedalion::server::authn {

using registry::builtin::virtuals::TokenClaims;

/// A signed token, with the members that kube-apiserver's have.
Result<std::string> sign_claims(const TokenKey& key, std::string_view issuer, const TokenClaims& claims);

/// What a token is about, as it is now.
struct PresentObject {
  std::string uid;
  std::optional<std::int64_t> deleted;  // seconds since 1970, maybe in the future
};

/// Remembers whose signatures it has verified; whether the objects are there is asked each time.
class ServiceAccountAuthenticator final : public Authenticator {
 public:
  struct Options {
    std::vector<TokenKey> keys;          // that verify
    std::vector<std::string> issuers;    // whose tokens they are
    std::vector<std::string> audiences;  // one of them has to be a token's
    /// Of "serviceaccounts", "pods", "secrets" or "nodes", without waiting.
    std::function<std::optional<PresentObject>(std::string_view resource, const std::string& ns,
                                               const std::string& name)>
        find;
  };
  explicit ServiceAccountAuthenticator(Options options) : options_(std::move(options)) {}

  Result<User> authenticate(const http::Request& request) const override;

  struct Identity {
    User user;  // null: the token is none of these
    std::vector<std::string> audiences;
  };
  /// Fails with 401. `audiences`: of whom the token has to be meant for one; empty: this server.
  Result<Identity> identify(std::string_view token, const std::vector<std::string>& audiences) const;

 private:
  using Claims = std::shared_ptr<const TokenClaims>;
  /// Null: another issuer's.
  Result<Claims> verified(std::string_view token) const;
  Result<void> check_objects(const TokenClaims& claims, std::int64_t now) const;
  Result<void> check_bound(std::string_view resource, const std::string& ns, const TokenClaims::Ref& ref,
                           std::int64_t deleted_before) const;

  const Options options_;
  mutable std::shared_mutex mutex_;
  mutable std::unordered_map<std::string, Claims> known_;  // by token
};

}  // namespace pedalion::server::authn
