#pragma once
// The credentials that a server makes for itself when it is given none: an authority, a serving certificate
// and an administrator, kept in a directory and used again at the next start.
#include <string>
#include <vector>

#include "pedalion/base/status.h"
#include "pedalion/http/tls/certificates.h"

namespace pedalion::controlplane {

struct Credentials {
  std::string authority;  // PEM certificate
  std::string serving_certificate_file, serving_key_file;
  http::tls::KeyPair administrator;  // of the group system:masters
};

struct CredentialsRequest {
  std::string directory;  // made if it is not there, for its owner only
  std::vector<std::string> dns_names,
      ip_addresses;  // the server's; a certificate that lacks one is made anew
};

/// Files: ca.crt, ca.key, apiserver.crt, apiserver.key, admin.crt, admin.key. What is there and good for 30
/// more days is kept. Fails when the directory cannot be written.
Result<Credentials> ensure_credentials(const CredentialsRequest& request);

/// sa.key of the directory, which signs service account tokens: made if it is not there.
Result<std::string> ensure_token_key(const std::string& directory);

}  // namespace pedalion::controlplane
