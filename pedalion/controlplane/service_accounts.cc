#include "pedalion/controlplane/service_accounts.h"

#include <algorithm>
#include <utility>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/base/task.h"
#include "pedalion/controlplane/credentials.h"
#include "pedalion/registry/generic/resource_store.h"

namespace pedalion::controlplane {

using namespace server::authn;

Result<ServiceAccounts> ServiceAccounts::open(const ServiceAccountChoice& choice,
                                              const std::string& certificate_directory) {
  ServiceAccounts made;
  made.choice_ = choice;
  std::string signing = choice.signing_key_file;
  if (signing.empty() && choice.key_files.empty()) {
    TRY(signing, ensure_token_key(certificate_directory));
  }
  for (const auto& path : choice.key_files) {
    TRY(auto keys, read_token_keys(path));
    std::ranges::move(keys, std::back_inserter(made.keys_));
  }
  if (!signing.empty()) {
    TRY(made.signer_, read_signing_key(signing));
    if (choice.key_files.empty()) made.keys_.push_back(*made.signer_);
  }
  return made;
}

registry::builtin::virtuals::TokenIssuer ServiceAccounts::issuer() const {
  registry::builtin::virtuals::TokenIssuer issuer{
      .audiences = choice_.audiences, .longest = choice_.longest.count(), .extends = choice_.extends};
  if (signer_ && !choice_.issuers.empty()) {
    issuer.sign = [key = *signer_, name = choice_.issuers.front()](const TokenClaims& claims) {
      return sign_claims(key, name, claims);
    };
  }
  return issuer;
}

std::unique_ptr<ServiceAccountAuthenticator> ServiceAccounts::authenticator(
    decltype(ServiceAccountAuthenticator::Options::find) find) const {
  return std::make_unique<ServiceAccountAuthenticator>(
      ServiceAccountAuthenticator::Options{keys_, choice_.issuers, choice_.audiences, std::move(find)});
}

std::optional<server::OpenIdMetadata> ServiceAccounts::openid(const std::string& advertised_server) const {
  if (choice_.issuers.empty() || !choice_.issuers.front().starts_with("https://")) return std::nullopt;
  std::string uri = choice_.jwks_uri;
  if (uri.empty()) uri = "https://" + advertised_server + "/openid/v1/jwks";
  return server::OpenIdMetadata::make({choice_.issuers.front(), std::move(uri), keys_});
}

std::optional<PresentObject> find_for_tokens(registry::builtin::BuiltinRegistry& registry,
                                             std::string_view resource, const std::string& ns,
                                             const std::string& name) {
  auto object = registry.store("", resource)->peek(ns, name);
  if (object == nullptr) return std::nullopt;
  PresentObject found{.uid = std::string(object->uid), .deleted = {}};
  if (!object->json.view().contains(R"("deletionTimestamp":)")) return found;
  auto document = json::parse(object->json.view());
  if (!document) return found;
  auto time = meta::parse_time(std::as_const(document->root).string_at({"metadata", "deletionTimestamp"}));
  if (time) found.deleted = time->seconds;
  return found;
}

Result<void> load_for_tokens(registry::builtin::BuiltinRegistry& registry) {
  for (const auto* resource : {"serviceaccounts", "secrets", "nodes", "pods"})
    TRY_OK(sync_wait(registry.store("", resource)->cache().load()));
  return {};
}

}  // namespace pedalion::controlplane
