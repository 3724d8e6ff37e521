#include "pedalion/server/authn/authenticator.h"

#include <algorithm>

namespace pedalion::server::authn {

Result<User> UnionAuthenticator::authenticate(const http::Request& request) const {
  for (const auto& member : members_) {
    auto user = member->authenticate(request);
    if (!user || *user != nullptr) return user;
  }
  return nullptr;
}

AnonymousAuthenticator::AnonymousAuthenticator() {
  UserInfo anonymous;
  anonymous.name = kAnonymousUser;
  anonymous.groups = {std::string(kUnauthenticatedGroup)};
  anonymous_ = std::make_shared<const UserInfo>(std::move(anonymous));
}

User authenticated(UserInfo user) {
  auto in_group = [&](std::string_view group) {
    return std::ranges::find(user.groups, group) != user.groups.end();
  };
  if (!in_group(kAuthenticatedGroup) && !in_group(kUnauthenticatedGroup)) {
    user.groups.emplace_back(kAuthenticatedGroup);
  }
  return std::make_shared<const UserInfo>(std::move(user));
}

}  // namespace pedalion::server::authn
