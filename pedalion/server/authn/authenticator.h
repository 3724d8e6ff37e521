#pragma once
// Who is asking: authenticators look at a request and name its user, or say that it is not theirs to judge.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pedalion/base/status.h"
#include "pedalion/http/message.h"
#include "pedalion/registry/rest/context.h"

namespace pedalion::server::authn {

using registry::rest::UserInfo;

/// Stateless towards requests and thread-safe.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  /// The user; nothing when the request carries no credential of this kind; an error (→ 401) when it carries
  /// a bad one.
  virtual Result<std::optional<UserInfo>> authenticate(const http::Request& request) const = 0;
};

/// Asks each in turn; the first user or error wins. Adds system:authenticated to the user's groups.
class UnionAuthenticator final : public Authenticator {
 public:
  explicit UnionAuthenticator(std::vector<std::unique_ptr<Authenticator>> members)
      : members_(std::move(members)) {}
  Result<std::optional<UserInfo>> authenticate(const http::Request& request) const override;

 private:
  std::vector<std::unique_ptr<Authenticator>> members_;
};

/// Names everybody system:anonymous. The last of a union.
class AnonymousAuthenticator final : public Authenticator {
 public:
  Result<std::optional<UserInfo>> authenticate(const http::Request& request) const override;
};

inline constexpr std::string_view kAnonymousUser = "system:anonymous";
inline constexpr std::string_view kAuthenticatedGroup = "system:authenticated";
inline constexpr std::string_view kUnauthenticatedGroup = "system:unauthenticated";

}  // namespace pedalion::server::authn
