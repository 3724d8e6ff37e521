#include "pedalion/server/authn/token_keys.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <array>
#include <fstream>
#include <sstream>

#include "pedalion/server/authn/jwt.h"

namespace pedalion::server::authn {
namespace {

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using Bio = std::unique_ptr<BIO, Free>;

Status broken(const std::string& what) { return Status(500, "InternalError", what); }

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

/// Empty: no such tokens are signed.
std::string_view algorithm_of(EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "RSA")) return "RS256";
  if (!EVP_PKEY_is_a(key, "EC")) return {};
  switch (EVP_PKEY_get_bits(key)) {
    case 256:
      return "ES256";
    case 384:
      return "ES384";
    case 521:
      return "ES512";
    default:
      return {};
  }
}

/// The key of one PEM block, whatever of the three it is; without one when it is none of them.
TokenKey key_of_block(std::string_view block) {
  auto open = [&] { return Bio(BIO_new_mem_buf(block.data(), static_cast<int>(block.size()))); };
  TokenKey made;
  auto take = [&](EVP_PKEY* key) { made.key = std::shared_ptr<EVP_PKEY>(key, EVP_PKEY_free); };
  if (auto* key = PEM_read_bio_PUBKEY(open().get(), nullptr, nullptr, nullptr)) {
    take(key);
  } else if (auto* whole = PEM_read_bio_PrivateKey(open().get(), nullptr, nullptr, nullptr)) {
    take(whole);
    made.is_private = true;
  } else if (std::unique_ptr<X509, Free> certificate(
                 PEM_read_bio_X509(open().get(), nullptr, nullptr, nullptr));
             certificate) {
    take(X509_get_pubkey(certificate.get()));
  }
  return made;
}

}  // namespace

Result<std::vector<TokenKey>> read_token_keys(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::unexpected(broken("cannot read the service account key file " + path));
  std::stringstream stream;
  stream << file.rdbuf();
  const std::string text = stream.str();
  std::vector<TokenKey> keys;
  for (auto at = text.find("-----BEGIN"); at != std::string::npos;) {
    auto next = text.find("-----BEGIN", at + 1);
    TokenKey key = key_of_block(std::string_view(text).substr(at, next - at));
    at = next;
    if (key.key == nullptr) continue;
    key.id = key_id(key.key.get());
    key.algorithm = algorithm_of(key.key.get());
    if (key.algorithm.empty())
      return std::unexpected(
          broken("a service account key is neither RSA nor on the curves P-256, P-384 and P-521"));
    keys.push_back(std::move(key));
  }
  if (keys.empty()) return std::unexpected(broken("the service account key file " + path + " holds no key"));
  return keys;
}

Result<TokenKey> read_signing_key(const std::string& path) {
  TRY(auto keys, read_token_keys(path));
  if (keys.front().is_private) return std::move(keys.front());
  return std::unexpected(broken("the service account key file " + path + " begins with no private key"));
}

Result<std::string> make_signing_key() {
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  Bio out(BIO_new(BIO_s_mem()));
  if (!key || PEM_write_bio_PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return std::unexpected(broken("cannot make a service account key"));
  char* text = nullptr;
  auto length = BIO_get_mem_data(out.get(), &text);
  return std::string(text, static_cast<std::size_t>(length));
}

}  // namespace pedalion::server::authn
