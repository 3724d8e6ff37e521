#pragma once
// The keys of service account tokens: read from PEM files, named as tokens' headers name them.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/base/status.h"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace pedalion::server::authn {

/// One half or both. Value type; the key is shared.
struct TokenKey {
  std::shared_ptr<evp_pkey_st> key;
  std::string id;         // base64url(SHA-256(PKIX))
  std::string algorithm;  // RS256, ES256, ES384 or ES512
  bool is_private = false;
};

/// All keys of a PEM file: public ones, private ones, those of certificates. Fails (500) when the file cannot
/// be read, holds none, or one that is neither RSA nor on P-256, P-384 or P-521.
Result<std::vector<TokenKey>> read_token_keys(const std::string& path);
/// The one key that signs. Fails as well when the first is not private.
Result<TokenKey> read_signing_key(const std::string& path);

/// A new P-256 key, as PEM.
Result<std::string> make_signing_key();

}  // namespace pedalion::server::authn
