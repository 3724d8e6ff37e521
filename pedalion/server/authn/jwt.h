#pragma once
// JSON Web Tokens in their compact form (RFC 7515), signed with RS256, ES256, ES384 or ES512.
#include <optional>
#include <string>
#include <string_view>

#include "pedalion/server/authn/token_keys.h"

namespace pedalion::server::authn {

/// Without padding, with - and _ (RFC 4648).
std::string base64_url(std::string_view bytes);
std::optional<std::string> from_base64_url(std::string_view text);

/// `payload` is JSON; the header names the algorithm and the key. Fails (500) when OpenSSL does.
Result<std::string> sign_jwt(const TokenKey& key, std::string_view payload);

struct Jwt {
  std::string algorithm, key_id;  // as the header says
  std::string payload, signature;
  std::string_view signed_part;  // of the token: it has to live on
};

/// What the token says; nothing of it is verified. None when it is no such token.
std::optional<Jwt> parse_jwt(std::string_view token);

bool is_signed_by(const Jwt& token, const TokenKey& key);

}  // namespace pedalion::server::authn
