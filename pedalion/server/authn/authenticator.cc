#include "pedalion/server/authn/authenticator.h"

#include <algorithm>

namespace pedalion::server::authn {

Result<std::optional<UserInfo>> UnionAuthenticator::authenticate(const http::Request& request) const {
  for (const auto& member : members_) {
    TRY(auto user, member->authenticate(request));
    if (!user) continue;
    auto in_group = [&](std::string_view group) {
      return std::ranges::find(user->groups, group) != user->groups.end();
    };
    if (!in_group(kAuthenticatedGroup) && !in_group(kUnauthenticatedGroup)) {
      user->groups.emplace_back(kAuthenticatedGroup);
    }
    return user;
  }
  return std::nullopt;
}

Result<std::optional<UserInfo>> AnonymousAuthenticator::authenticate(const http::Request&) const {
  UserInfo anonymous;
  anonymous.name = kAnonymousUser;
  anonymous.groups = {std::string(kUnauthenticatedGroup)};
  return anonymous;
}

}  // namespace pedalion::server::authn
