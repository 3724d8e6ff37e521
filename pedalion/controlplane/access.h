#pragma once
// Who may come in: the authenticators and authorizers that the flags ask for.
#include <memory>
#include <string>

#include "pedalion/controlplane/options.h"
#include "pedalion/server/authn/authenticator.h"
#include "pedalion/server/authz/authorizer.h"

namespace pedalion::controlplane {

/// `own_authority`: PEM of the authority that signed the administrator's certificate; empty: none. Fails when
/// a file cannot be read or is of no use. `loopback_token` is the server's own; `accounts` recognizes
/// tokens of service accounts.
Result<std::unique_ptr<server::authn::Authenticator>> make_authenticator(
    const AccessChoice& access, const std::string& own_authority, std::string loopback_token,
    std::unique_ptr<server::authn::Authenticator> accounts);

std::unique_ptr<server::authz::Authorizer> make_authorizer(const AccessChoice& access);

}  // namespace pedalion::controlplane
