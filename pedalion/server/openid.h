#pragma once
// /.well-known/openid-configuration and /openid/v1/jwks: how others verify this cluster's service account
// tokens.
#include <string>
#include <vector>

#include "pedalion/server/authn/token_keys.h"

namespace pedalion::server {

/// Two fixed documents. Value type.
struct OpenIdMetadata {
  std::string configuration, key_set;  // JSON

  struct Options {
    std::string issuer, jwks_uri;
    std::vector<authn::TokenKey> keys;
  };
  static OpenIdMetadata make(const Options& options);
};

}  // namespace pedalion::server
