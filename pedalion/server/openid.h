#pragma once
// /.well-known/openid-configuration and /openid/v1/jwks: how others verify this cluster's service account
// tokens.
#include <memory>
#include <string>
#include <vector>

#include "pedalion/base/status.h"

namespace pedalion::server {

/// Two fixed documents. Value type.
struct OpenIdMetadata {
  std::string configuration, key_set;  // JSON

  struct Options {
    std::string issuer, jwks_uri;
    std::vector<std::string>
        key_files;  // PEM: public keys, private keys or certificates; several in a file are fine
  };
  /// Fails when a file cannot be read or holds no RSA or P-256/384/521 key.
  static Result<OpenIdMetadata> make(const Options& options);
};

}  // namespace pedalion::server
