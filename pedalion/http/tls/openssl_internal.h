#pragma once
// OpenSSL's objects with owners, and PEM texts read. For the sources of http only.
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pedalion::http::tls {

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
inline void free_stack(STACK_OF(X509) * stack) { sk_X509_free(stack); }

using CertificatePtr = std::unique_ptr<X509, Freed<X509_free>>;
using RequestPtr = std::unique_ptr<X509_REQ, Freed<X509_REQ_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using BioPtr = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using BignumPtr = std::unique_ptr<BIGNUM, Freed<BN_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;
using StorePtr = std::unique_ptr<X509_STORE, Freed<X509_STORE_free>>;
using StoreContextPtr = std::unique_ptr<X509_STORE_CTX, Freed<X509_STORE_CTX_free>>;
using StackPtr = std::unique_ptr<STACK_OF(X509), Freed<free_stack>>;
using ContextPtr = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;

BioPtr make_memory_bio();
std::string text_of(BIO* memory);
/// The oldest error in OpenSSL's queue, which it empties.
std::string openssl_error();
/// Those in the text, in order; none when one of them is damaged.
std::vector<CertificatePtr> parse_certificates(std::string_view pem);
/// Null when there is none.
KeyPtr parse_key(std::string_view pem);

}  // namespace pedalion::http::tls
