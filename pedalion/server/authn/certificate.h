#pragma once
// --client-ca-file: who a verified client certificate names.
#include <chrono>
#include <memory>
#include <string>

#include "pedalion/http/tls/certificates.h"
#include "pedalion/server/authn/authenticator.h"

namespace pedalion::server::authn {

/// User = common name, groups = organizations, uid = the attribute 1.3.6.1.4.1.57683.2. A certificate without
/// a common name is not for this authenticator; one that does not verify is an error. Verifying costs about
/// 0.2 ms; its outcome is remembered for a connection and a thread, for a few seconds.
class CertificateAuthenticator final : public Authenticator {
 public:
  explicit CertificateAuthenticator(std::shared_ptr<const http::tls::TrustStore> roots);
  Result<User> authenticate(const http::Request& request) const override;

 private:
  Result<User> verify(const http::Peer& peer) const;

  std::shared_ptr<const http::tls::TrustStore> roots_;
  std::uint64_t id_;  // tells the entries of this one in the threads' caches
};

}  // namespace pedalion::server::authn
