#pragma once
// Who is asking: authenticators look at a request and name its user, or say that it is not theirs to judge.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/base/status.h"
#include "pedalion/http/message.h"
#include "pedalion/registry/rest/context.h"

namespace pedalion::server::authn {

using registry::rest::UserInfo;

/// Shared, so that a known user costs a request no copies.
using User = std::shared_ptr<const UserInfo>;

/// Stateless towards requests and thread-safe.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  /// The user; null when the request carries no credential of this kind; an error (→ 401) when it carries a
  /// bad one.
  virtual Result<User> authenticate(const http::Request& request) const = 0;
};

/// Asks each in turn; the first user or error wins.
class UnionAuthenticator final : public Authenticator {
 public:
  explicit UnionAuthenticator(std::vector<std::unique_ptr<Authenticator>> members)
      : members_(std::move(members)) {}
  Result<User> authenticate(const http::Request& request) const override;

 private:
  std::vector<std::unique_ptr<Authenticator>> members_;
};

/// Names everybody system:anonymous. The last of a union.
class AnonymousAuthenticator final : public Authenticator {
 public:
  AnonymousAuthenticator();
  Result<User> authenticate(const http::Request&) const override { return anonymous_; }

 private:
  User anonymous_;
};

inline constexpr std::string_view kAnonymousUser = "system:anonymous";
inline constexpr std::string_view kAuthenticatedGroup = "system:authenticated";
inline constexpr std::string_view kUnauthenticatedGroup = "system:unauthenticated";

/// What an authenticator makes of a user it has recognized: a member of system:authenticated, unless it says
/// itself that it is or is not.
User authenticated(UserInfo user);

}  // namespace pedalion::server::authn
