#include "pedalion/controlplane/access.h"

#include <fstream>
#include <sstream>

#include "pedalion/server/authn/certificate.h"
#include "pedalion/server/authn/loopback.h"
#include "pedalion/server/authn/token_file.h"

namespace pedalion::controlplane {

using namespace server;

Result<std::unique_ptr<authn::Authenticator>> make_authenticator(
    const AccessChoice& access, const std::string& own_authority, std::string loopback_token,
    std::unique_ptr<authn::Authenticator> accounts) {
  std::vector<std::unique_ptr<authn::Authenticator>> members;
  members.push_back(std::make_unique<authn::LoopbackAuthenticator>(std::move(loopback_token)));
  std::string roots = own_authority;
  if (!access.client_ca_file.empty()) {
    std::ifstream file(access.client_ca_file, std::ios::binary);
    if (!file) {
      return std::unexpected(
          Status(500, "InternalError", "cannot read --client-ca-file " + access.client_ca_file));
    }
    std::stringstream text;
    text << file.rdbuf();
    roots += "\n" + text.str();
  }
  if (!roots.empty()) {
    TRY(auto trusted, http::tls::TrustStore::parse(roots));
    members.push_back(std::make_unique<authn::CertificateAuthenticator>(std::move(trusted)));
  }
  members.push_back(std::move(accounts));
  // Without a file nobody has such a token; who comes with one is refused all the same.
  TRY(auto tokens, access.token_file.empty() ? authn::TokenFileAuthenticator::parse("")
                                             : authn::TokenFileAuthenticator::open(access.token_file));
  members.push_back(std::move(tokens));
  if (access.anonymous) members.push_back(std::make_unique<authn::AnonymousAuthenticator>());
  return std::make_unique<authn::UnionAuthenticator>(std::move(members));
}

std::unique_ptr<authz::Authorizer> make_authorizer(const AccessChoice& access) {
  std::vector<std::unique_ptr<authz::Authorizer>> members;
  members.push_back(std::make_unique<authz::PrivilegedGroupAuthorizer>("system:masters"));
  members.push_back(std::make_unique<authz::PublicInfoAuthorizer>());
  for (auto mode : access.modes) {
    if (mode == AuthorizationMode::kAlwaysAllow)
      members.push_back(std::make_unique<authz::AlwaysAllowAuthorizer>());
    if (mode == AuthorizationMode::kAlwaysDeny)
      members.push_back(std::make_unique<authz::AlwaysDenyAuthorizer>());
  }
  return std::make_unique<authz::UnionAuthorizer>(std::move(members));
}

}  // namespace pedalion::controlplane
