#include "pedalion/storage/encryption/ciphers.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <sodium.h>

#include <memory>

#include "pedalion/storage/errors.h"

namespace pedalion::storage::encryption {
namespace {

constexpr std::size_t kBlock = 16, kGcmNonce = 12, kGcmTag = 16;

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::unexpected<Status> failed(std::string_view what) { return std::unexpected(storage_failed(what)); }

const EVP_CIPHER* cbc_of(std::size_t secret) {
  return secret == 16 ? EVP_aes_128_cbc() : secret == 24 ? EVP_aes_192_cbc() : EVP_aes_256_cbc();
}
const EVP_CIPHER* gcm_of(std::size_t secret) {
  return secret == 16 ? EVP_aes_128_gcm() : secret == 24 ? EVP_aes_192_gcm() : EVP_aes_256_gcm();
}

Result<std::string> random(std::size_t size) {
  std::string nonce(size, '\0');
  if (RAND_bytes(bytes(nonce), static_cast<int>(size)) != 1) return failed("no random bytes are to be had");
  return nonce;
}

/// IV, then the value padded as PKCS #7 says.
Result<std::string> seal_cbc(std::string_view secret, std::string_view plain, std::string_view) {
  TRY(std::string sealed, random(kBlock));
  Context context(EVP_CIPHER_CTX_new());
  int part = 0, rest = 0;
  std::string iv = sealed;
  sealed.resize(kBlock + plain.size() + kBlock);
  if (EVP_EncryptInit_ex(context.get(), cbc_of(secret.size()), nullptr, bytes(secret), bytes(iv)) != 1 ||
      EVP_EncryptUpdate(context.get(), bytes(sealed) + kBlock, &part, bytes(plain),
                        static_cast<int>(plain.size())) != 1 ||
      EVP_EncryptFinal_ex(context.get(), bytes(sealed) + kBlock + part, &rest) != 1) {
    return failed("aescbc: a value cannot be encrypted");
  }
  sealed.resize(kBlock + static_cast<std::size_t>(part + rest));
  return sealed;
}

Result<std::string> open_cbc(std::string_view secret, std::string_view sealed, std::string_view) {
  if (sealed.size() < kBlock) return failed("the stored data was shorter than the required size");
  std::string_view body = sealed.substr(kBlock);
  if (body.empty() || body.size() % kBlock != 0)
    return failed("the stored data is not a multiple of the block size");
  std::string plain(body.size() + kBlock, '\0');
  Context context(EVP_CIPHER_CTX_new());
  int part = 0, rest = 0;
  if (EVP_DecryptInit_ex(context.get(), cbc_of(secret.size()), nullptr, bytes(secret), bytes(sealed)) != 1 ||
      EVP_DecryptUpdate(context.get(), bytes(plain), &part, bytes(body), static_cast<int>(body.size())) !=
          1 ||
      EVP_DecryptFinal_ex(context.get(), bytes(plain) + part, &rest) != 1) {
    return failed("invalid padding on input");
  }
  plain.resize(static_cast<std::size_t>(part + rest));
  return plain;
}

/// Nonce, the value, the tag; the store's key is bound to it.
Result<std::string> seal_gcm(std::string_view secret, std::string_view plain, std::string_view bound) {
  TRY(std::string sealed, random(kGcmNonce));
  std::string nonce = sealed;
  sealed.resize(kGcmNonce + plain.size() + kGcmTag);
  Context context(EVP_CIPHER_CTX_new());
  int part = 0, rest = 0;
  if (EVP_EncryptInit_ex(context.get(), gcm_of(secret.size()), nullptr, bytes(secret), bytes(nonce)) != 1 ||
      EVP_EncryptUpdate(context.get(), nullptr, &part, bytes(bound), static_cast<int>(bound.size())) != 1 ||
      EVP_EncryptUpdate(context.get(), bytes(sealed) + kGcmNonce, &part, bytes(plain),
                        static_cast<int>(plain.size())) != 1 ||
      EVP_EncryptFinal_ex(context.get(), bytes(sealed) + kGcmNonce + part, &rest) != 1 ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kGcmTag,
                          bytes(sealed) + kGcmNonce + plain.size()) != 1) {
    return failed("aesgcm: a value cannot be encrypted");
  }
  return sealed;
}

Result<std::string> open_gcm(std::string_view secret, std::string_view sealed, std::string_view bound) {
  if (sealed.size() < kGcmNonce + kGcmTag)
    return failed("the stored data was shorter than the required size");
  std::string_view body = sealed.substr(kGcmNonce, sealed.size() - kGcmNonce - kGcmTag);
  std::string tag(sealed.substr(sealed.size() - kGcmTag)), plain(body.size() + kBlock, '\0');
  Context context(EVP_CIPHER_CTX_new());
  int part = 0, rest = 0;
  if (EVP_DecryptInit_ex(context.get(), gcm_of(secret.size()), nullptr, bytes(secret), bytes(sealed)) != 1 ||
      EVP_DecryptUpdate(context.get(), nullptr, &part, bytes(bound), static_cast<int>(bound.size())) != 1 ||
      EVP_DecryptUpdate(context.get(), bytes(plain), &part, bytes(body), static_cast<int>(body.size())) !=
          1 ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kGcmTag, tag.data()) != 1 ||
      EVP_DecryptFinal_ex(context.get(), bytes(plain) + part, &rest) != 1) {
    return failed("cipher: message authentication failed");
  }
  plain.resize(static_cast<std::size_t>(part + rest));
  return plain;
}

/// NaCl's secretbox: nonce, tag, the value.
Result<std::string> seal_box(std::string_view secret, std::string_view plain, std::string_view) {
  TRY(std::string sealed, random(crypto_secretbox_NONCEBYTES));
  std::string nonce = sealed;
  sealed.resize(nonce.size() + crypto_secretbox_MACBYTES + plain.size());
  crypto_secretbox_easy(bytes(sealed) + nonce.size(), bytes(plain), plain.size(), bytes(nonce),
                        bytes(secret));
  return sealed;
}

Result<std::string> open_box(std::string_view secret, std::string_view sealed, std::string_view) {
  constexpr std::size_t kOverhead = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
  if (sealed.size() < kOverhead) return failed("the stored data was shorter than the required size");
  std::string plain(sealed.size() - kOverhead, '\0');
  std::string_view body = sealed.substr(crypto_secretbox_NONCEBYTES);
  if (crypto_secretbox_open_easy(bytes(plain), bytes(body), body.size(), bytes(sealed), bytes(secret)) != 0) {
    return failed("invalid secretbox: it was changed, or sealed with another key");
  }
  return plain;
}

}  // namespace

const Cipher kAesCbc{"k8s:enc:aescbc:v1:", false, seal_cbc, open_cbc};
const Cipher kAesGcm{"k8s:enc:aesgcm:v1:", true, seal_gcm, open_gcm};
const Cipher kSecretbox{"k8s:enc:secretbox:v1:", false, seal_box, open_box};

}  // namespace pedalion::storage::encryption
