#pragma once
// What the review resources ask: who may do what, whose token is it. Answered by the same objects that judge
// requests.
#include <string>
#include <vector>

#include "pedalion/registry/builtin/virtuals/access.h"
#include "pedalion/server/authn/authenticator.h"
#include "pedalion/server/authz/authorizer.h"

namespace pedalion::controlplane {

/// Both outlive the callbacks. `audiences`: for whom tokens are meant when they do not say. Tokens for
/// service accounts are not signed here yet.
registry::builtin::virtuals::AccessCallbacks review_callbacks(
    const server::authn::Authenticator& authenticator, const server::authz::Authorizer& authorizer,
    std::vector<std::string> audiences);

}  // namespace pedalion::controlplane
