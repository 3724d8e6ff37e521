#pragma once
// What the review resources ask: who may do what, whose token is it. Answered by the same objects that judge
// requests.
#include <string>
#include <vector>

#include "pedalion/registry/builtin/virtuals/access.h"
#include "pedalion/server/authn/service_account.h"
#include "pedalion/server/authz/authorizer.h"

namespace pedalion::controlplane {

/// All outlive the callbacks. `accounts` knows for whom tokens of service accounts are meant; all others are
/// meant for `audiences`. Who signs tokens is for the caller to add.
registry::builtin::virtuals::AccessCallbacks review_callbacks(
    const server::authn::Authenticator& authenticator,
    const server::authn::ServiceAccountAuthenticator& accounts, const server::authz::Authorizer& authorizer,
    std::vector<std::string> audiences);

}  // namespace pedalion::controlplane
