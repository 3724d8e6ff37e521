#pragma once
// Tokens of service accounts: the keys that the flags name, who signs, and who is recognized by them.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pedalion/controlplane/options.h"
#include "pedalion/registry/builtin/builtin_registry.h"
#include "pedalion/server/authn/service_account.h"
#include "pedalion/server/openid.h"

namespace pedalion::controlplane {

/// Value type.
class ServiceAccounts {
 public:
  /// Reads the keys. `certificate_directory` is where a key of its own is kept when the flags name none.
  /// Fails when a file cannot be read or is of no use.
  static Result<ServiceAccounts> open(const ServiceAccountChoice& choice,
                                      const std::string& certificate_directory);

  registry::builtin::virtuals::TokenIssuer issuer() const;
  /// Asks the registry that `find` reads.
  std::unique_ptr<server::authn::ServiceAccountAuthenticator> authenticator(
      decltype(server::authn::ServiceAccountAuthenticator::Options::find) find) const;
  /// None where the issuer is no https URL, as clients would refuse it.
  std::optional<server::OpenIdMetadata> openid(const std::string& advertised_server) const;
  const std::vector<std::string>& audiences() const { return choice_.audiences; }

 private:
  ServiceAccountChoice choice_;
  std::vector<server::authn::TokenKey> keys_;  // that verify
  std::optional<server::authn::TokenKey> signer_;
};

/// What tokens are about, as far as the caches have come: authentication does not wait.
std::optional<server::authn::PresentObject> find_for_tokens(registry::builtin::BuiltinRegistry& registry,
                                                            std::string_view resource, const std::string& ns,
                                                            const std::string& name);
/// Before the first of that. Blocks.
Result<void> load_for_tokens(registry::builtin::BuiltinRegistry& registry);

}  // namespace pedalion::controlplane
