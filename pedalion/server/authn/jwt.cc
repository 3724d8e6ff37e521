#include "pedalion/server/authn/jwt.h"

#include <openssl/ecdsa.h>
#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <memory>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"

namespace pedalion::server::authn {
namespace {

constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

struct Free {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(ECDSA_SIG* signature) const { ECDSA_SIG_free(signature); }
  void operator()(BIGNUM* number) const { BN_free(number); }
};
using Digest = std::unique_ptr<EVP_MD_CTX, Free>;
using EcSignature = std::unique_ptr<ECDSA_SIG, Free>;

struct Algorithm {
  std::string_view name;
  const EVP_MD* (*digest)();
  std::size_t number_size;  // of an ECDSA signature's two; 0: it is RSA's
};
constexpr std::array<Algorithm, 4> kAlgorithms = {{{"RS256", EVP_sha256, 0},
                                                   {"ES256", EVP_sha256, 32},
                                                   {"ES384", EVP_sha384, 48},
                                                   {"ES512", EVP_sha512, 66}}};

const Algorithm* find(std::string_view name) {
  for (const Algorithm& algorithm : kAlgorithms) {
    if (algorithm.name == name) return &algorithm;
  }
  return nullptr;
}

const unsigned char* octets(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

/// ECDSA signatures are two numbers of one size in tokens, and ASN.1 in OpenSSL.
std::string two_numbers(std::string_view der, std::size_t size) {
  const unsigned char* at = octets(der);
  EcSignature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  if (!signature) return {};
  std::string bytes(2 * size, '\0');
  auto* out = reinterpret_cast<unsigned char*>(bytes.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), out, static_cast<int>(size));
  BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), out + size, static_cast<int>(size));
  return bytes;
}

std::string as_der(std::string_view numbers, std::size_t size) {
  if (numbers.size() != 2 * size) return {};
  EcSignature signature(ECDSA_SIG_new());
  auto number = [&](std::size_t at) {
    return BN_bin2bn(octets(numbers) + at, static_cast<int>(size), nullptr);
  };
  std::unique_ptr<BIGNUM, Free> r(number(0)), s(number(size));
  if (!signature || !r || !s || ECDSA_SIG_set0(signature.get(), r.get(), s.get()) != 1) return {};
  r.release();  // the signature owns them now
  s.release();
  unsigned char* der = nullptr;
  int length = i2d_ECDSA_SIG(signature.get(), &der);
  std::string bytes(reinterpret_cast<const char*>(der), length > 0 ? static_cast<std::size_t>(length) : 0);
  OPENSSL_free(der);
  return bytes;
}

std::string signature_of(const TokenKey& key, const Algorithm& algorithm, std::string_view text) {
  Digest digest(EVP_MD_CTX_new());
  std::size_t size = 0;
  if (EVP_DigestSignInit(digest.get(), nullptr, algorithm.digest(), nullptr, key.key.get()) != 1 ||
      EVP_DigestSign(digest.get(), nullptr, &size, octets(text), text.size()) != 1)
    return {};
  std::string bytes(size, '\0');
  if (EVP_DigestSign(digest.get(), reinterpret_cast<unsigned char*>(bytes.data()), &size, octets(text),
                     text.size()) != 1)
    return {};
  bytes.resize(size);
  return algorithm.number_size == 0 ? bytes : two_numbers(bytes, algorithm.number_size);
}

int value_of(char letter) {
  auto at = kLetters.find(letter);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

}  // namespace

std::string base64_url(std::string_view bytes) {
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

std::optional<std::string> from_base64_url(std::string_view text) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out;
  std::uint32_t pending = 0;
  int bits = 0;
  for (char letter : text) {
    int value = value_of(letter);
    if (value < 0) return std::nullopt;
    pending = pending << 6 | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out += static_cast<char>(pending >> bits & 0xff);
  }
  return out;
}

Result<std::string> sign_jwt(const TokenKey& key, std::string_view payload) {
  std::string header = R"({"alg":)";
  json::write_string(key.algorithm, header);
  header += R"(,"kid":)";
  json::write_string(key.id, header);
  std::string token = base64_url(header + "}") + "." + base64_url(payload);
  const Algorithm* algorithm = find(key.algorithm);
  std::string signature = algorithm == nullptr ? std::string() : signature_of(key, *algorithm, token);
  if (signature.empty()) return std::unexpected(Status(500, "InternalError", "cannot sign a token"));
  return token + "." + base64_url(signature);
}

std::optional<Jwt> parse_jwt(std::string_view token) {
  auto first = token.find('.'), second = token.find('.', first + 1);
  if (first == token.npos || second == token.npos || token.find('.', second + 1) != token.npos) return {};
  auto header = from_base64_url(token.substr(0, first));
  auto payload = from_base64_url(token.substr(first + 1, second - first - 1));
  auto signature = from_base64_url(token.substr(second + 1));
  if (!header || !payload || !signature) return {};
  auto read = json::parse(*header);
  if (!read || !read->root.is_object()) return {};
  const json::Value& root = read->root;
  return Jwt{.algorithm = std::string(root.string_at({"alg"})),
             .key_id = std::string(root.string_at({"kid"})),
             .payload = *std::move(payload),
             .signature = *std::move(signature),
             .signed_part = token.substr(0, second)};
}

bool is_signed_by(const Jwt& token, const TokenKey& key) {
  // The key decides on the algorithm; a header that says another one is none of ours.
  const Algorithm* algorithm = find(key.algorithm);
  if (algorithm == nullptr || token.algorithm != key.algorithm) return false;
  std::string signature =
      algorithm->number_size == 0 ? token.signature : as_der(token.signature, algorithm->number_size);
  if (signature.empty()) return false;
  Digest digest(EVP_MD_CTX_new());
  return EVP_DigestVerifyInit(digest.get(), nullptr, algorithm->digest(), nullptr, key.key.get()) == 1 &&
         EVP_DigestVerify(digest.get(), octets(signature), signature.size(), octets(token.signed_part),
                          token.signed_part.size()) == 1;
}

}  // namespace pedalion::server::authn
