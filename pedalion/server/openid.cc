#include "pedalion/server/openid.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <array>
#include <fstream>
#include <set>
#include <sstream>

#include "pedalion/apimachinery/json/write.h"

namespace pedalion::server {
namespace {

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(BIGNUM* number) const { BN_free(number); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Bio = std::unique_ptr<BIO, Free>;

Status broken(const std::string& what) { return Status(500, "InternalError", what); }

std::string base64_url(std::string_view bytes) {
  static constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  std::uint32_t pending = 0;
  int bits = 0;
  for (unsigned char byte : bytes) {
    pending = pending << 8 | byte;
    for (bits += 8; bits >= 6; bits -= 6) out += kLetters[pending >> (bits - 6) & 63];
  }
  if (bits > 0) out += kLetters[pending << (6 - bits) & 63];
  return out;
}

/// The key of one PEM block, whatever of the three it is; null when it is none of them.
Key key_of_block(std::string_view block) {
  auto open = [&] { return Bio(BIO_new_mem_buf(block.data(), static_cast<int>(block.size()))); };
  if (auto* key = PEM_read_bio_PUBKEY(open().get(), nullptr, nullptr, nullptr)) return Key(key);
  if (auto* key = PEM_read_bio_PrivateKey(open().get(), nullptr, nullptr, nullptr)) return Key(key);
  std::unique_ptr<X509, Free> certificate(PEM_read_bio_X509(open().get(), nullptr, nullptr, nullptr));
  return certificate ? Key(X509_get_pubkey(certificate.get())) : nullptr;
}

Result<std::vector<Key>> read_keys(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::unexpected(broken("cannot read the service account key file " + path));
  std::stringstream stream;
  stream << file.rdbuf();
  const std::string text = stream.str();
  std::vector<Key> keys;
  for (auto at = text.find("-----BEGIN"); at != std::string::npos;) {
    auto next = text.find("-----BEGIN", at + 1);
    auto key = key_of_block(std::string_view(text).substr(at, next - at));
    if (key) keys.push_back(std::move(key));
    at = next;
  }
  if (keys.empty()) return std::unexpected(broken("the service account key file " + path + " holds no key"));
  return keys;
}

std::string number_of(EVP_PKEY* key, const char* name, std::size_t width) {
  BIGNUM* raw = nullptr;
  EVP_PKEY_get_bn_param(key, name, &raw);
  std::unique_ptr<BIGNUM, Free> number(raw);
  if (!number) return {};
  std::string bytes(std::max<std::size_t>(width, static_cast<std::size_t>(BN_num_bytes(number.get()))), '\0');
  BN_bn2binpad(number.get(), reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  return base64_url(bytes);
}

/// base64url(SHA-256(PKIX)): what the tokens' headers call the key.
std::string key_id(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  int length = i2d_PUBKEY(key, &der);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned digest_length = 0;
  if (length > 0)
    EVP_Digest(der, static_cast<std::size_t>(length), digest.data(), &digest_length, EVP_sha256(), nullptr);
  OPENSSL_free(der);
  return base64_url({reinterpret_cast<const char*>(digest.data()), digest_length});
}

std::string quoted(std::string_view text) {
  std::string out;
  json::write_string(text, out);
  return out;
}

struct Jwk {
  std::string json, algorithm;
};

Result<Jwk> jwk_of(EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "RSA")) {
    return Jwk{
        fmt::format(R"({{"use":"sig","kty":"RSA","kid":"{}","alg":"RS256","n":"{}","e":"{}"}})", key_id(key),
                    number_of(key, OSSL_PKEY_PARAM_RSA_N, 0), number_of(key, OSSL_PKEY_PARAM_RSA_E, 0)),
        "RS256"};
  }
  struct Curve {
    std::string_view name, algorithm;
    int bits;
    std::size_t width;
  };
  static constexpr std::array<Curve, 3> kCurves = {
      {{"P-256", "ES256", 256, 32}, {"P-384", "ES384", 384, 48}, {"P-521", "ES512", 521, 66}}};
  for (const auto& curve : kCurves) {
    if (!EVP_PKEY_is_a(key, "EC") || EVP_PKEY_get_bits(key) != curve.bits) continue;
    return Jwk{fmt::format(R"({{"use":"sig","kty":"EC","kid":"{}","crv":"{}","alg":"{}","x":"{}","y":"{}"}})",
                           key_id(key), curve.name, curve.algorithm,
                           number_of(key, OSSL_PKEY_PARAM_EC_PUB_X, curve.width),
                           number_of(key, OSSL_PKEY_PARAM_EC_PUB_Y, curve.width)),
               std::string(curve.algorithm)};
  }
  return std::unexpected(
      broken("a service account key is neither RSA nor on the curves P-256, P-384 and P-521"));
}

}  // namespace

Result<OpenIdMetadata> OpenIdMetadata::make(const Options& options) {
  std::string keys;
  std::set<std::string> algorithms, seen;
  for (const auto& path : options.key_files) {
    TRY(auto found, read_keys(path));
    for (const auto& key : found) {
      TRY(auto jwk, jwk_of(key.get()));
      algorithms.insert(jwk.algorithm);
      if (!seen.insert(jwk.json).second) continue;
      keys += (keys.empty() ? "" : ",") + jwk.json;
    }
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
