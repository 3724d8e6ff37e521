#include "pedalion/server/openid.h"

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>

#include <algorithm>
#include <set>

#include "pedalion/apimachinery/json/write.h"
#include "pedalion/server/authn/jwt.h"

namespace pedalion::server {
namespace {

struct Free {
  void operator()(BIGNUM* number) const { BN_free(number); }
};

std::string number_of(EVP_PKEY* key, const char* name, std::size_t width) {
  BIGNUM* raw = nullptr;
  EVP_PKEY_get_bn_param(key, name, &raw);
  std::unique_ptr<BIGNUM, Free> number(raw);
  if (!number) return {};
  std::string bytes(std::max<std::size_t>(width, static_cast<std::size_t>(BN_num_bytes(number.get()))), '\0');
  BN_bn2binpad(number.get(), reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  return authn::base64_url(bytes);
}

std::string quoted(std::string_view text) {
  std::string out;
  json::write_string(text, out);
  return out;
}

/// As a JSON Web Key (RFC 7517).
std::string jwk_of(const authn::TokenKey& token_key) {
  EVP_PKEY* key = token_key.key.get();
  std::string_view id = token_key.id, algorithm = token_key.algorithm;
  if (algorithm == "RS256") {
    return fmt::format(R"({{"use":"sig","kty":"RSA","kid":"{}","alg":"RS256","n":"{}","e":"{}"}})", id,
                       number_of(key, OSSL_PKEY_PARAM_RSA_N, 0), number_of(key, OSSL_PKEY_PARAM_RSA_E, 0));
  }
  std::string_view curve = algorithm == "ES256" ? "P-256" : algorithm == "ES384" ? "P-384" : "P-521";
  auto width = static_cast<std::size_t>(EVP_PKEY_get_bits(key) + 7) / 8;
  return fmt::format(R"({{"use":"sig","kty":"EC","kid":"{}","crv":"{}","alg":"{}","x":"{}","y":"{}"}})", id,
                     curve, algorithm, number_of(key, OSSL_PKEY_PARAM_EC_PUB_X, width),
                     number_of(key, OSSL_PKEY_PARAM_EC_PUB_Y, width));
}

}  // namespace

OpenIdMetadata OpenIdMetadata::make(const Options& options) {
  std::string keys;
  std::set<std::string> algorithms, seen;
  for (const auto& key : options.keys) {
    algorithms.insert(key.algorithm);
    if (!seen.insert(key.id).second) continue;
    keys += (keys.empty() ? "" : ",") + jwk_of(key);
  }
  std::string listed;
  for (const auto& algorithm : algorithms) listed += (listed.empty() ? "\"" : ",\"") + algorithm + "\"";
  OpenIdMetadata made;
  made.key_set = R"({"keys":[)" + keys + "]}";
  made.configuration =
      fmt::format(R"({{"issuer":{},"jwks_uri":{},"response_types_supported":["id_token"],)"
                  R"("subject_types_supported":["public"],"id_token_signing_alg_values_supported":[{}]}})",
                  quoted(options.issuer), quoted(options.jwks_uri), listed);
  return made;
}

}  // namespace pedalion::server
