#include "pedalion/http/client/tls_context.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "pedalion/http/tls/openssl_internal.h"

namespace pedalion::http::client {
namespace {

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

Owned<BIO> reader_of(const std::string& text) {
  return Owned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Status unusable(std::string_view what) {
  return Status(400, "BadRequest", "TLS: " + std::string(what) + ": " + tls::openssl_error());
}

Result<bool> trust(SSL_CTX* context, const std::string& pem) {
  if (pem.empty()) {
    SSL_CTX_set_default_verify_paths(context);
    return true;
  }
  auto bio = reader_of(pem);
  int count = 0;
  while (Owned<X509> root{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)}) {
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), root.get()) != 1) {
      return std::unexpected(unusable("an authority's certificate"));
    }
    ++count;
  }
  ERR_clear_error();  // the end of the text counts as an error
  if (count == 0)
    return std::unexpected(Status(400, "BadRequest", "TLS: the authorities hold no certificate"));
  return true;
}

Result<bool> identify(SSL_CTX* context, const ClientTls& tls) {
  if (tls.certificate_pem.empty()) return true;
  auto bio = reader_of(tls.certificate_pem);
  Owned<X509> leaf(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (!leaf || SSL_CTX_use_certificate(context, leaf.get()) != 1) {
    return std::unexpected(unusable("the client's certificate"));
  }
  while (X509* issuer = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
    SSL_CTX_add_extra_chain_cert(context, issuer);  // takes it over
  }
  ERR_clear_error();
  auto key_bio = reader_of(tls.key_pem);
  Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(key_bio.get(), nullptr, nullptr, nullptr));
  if (!key || SSL_CTX_use_PrivateKey(context, key.get()) != 1)
    return std::unexpected(unusable("the client's key"));
  if (SSL_CTX_check_private_key(context) != 1) {
    return std::unexpected(unusable("the client's key does not belong to its certificate"));
  }
  return true;
}

void offer_protocols(SSL* ssl, ClientOptions::Protocol protocol) {
  std::string offer;  // each with its length before it
  if (protocol != ClientOptions::Protocol::kHttp11) offer += "\x02h2";
  if (protocol != ClientOptions::Protocol::kHttp2) offer += "\x08http/1.1";
  SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(offer.data()),
                      static_cast<unsigned>(offer.size()));
}

bool is_address(const std::string& name) {
  unsigned char bytes[16];
  return inet_pton(AF_INET, name.c_str(), bytes) == 1 || inet_pton(AF_INET6, name.c_str(), bytes) == 1;
}

}  // namespace

Result<std::shared_ptr<const TlsContext>> TlsContext::create(const ClientOptions& options) {
  ERR_clear_error();
  Owned<SSL_CTX> context(SSL_CTX_new(TLS_client_method()));
  if (!context) return std::unexpected(unusable("no context"));
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_read_ahead(context.get(), 1);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  if (options.tls.verify) TRY_OK(trust(context.get(), options.tls.authority_pem));
  TRY_OK(identify(context.get(), options.tls));
  auto name = options.tls.server_name.empty() ? options.host : options.tls.server_name;
  return std::shared_ptr<const TlsContext>(
      new TlsContext(context.release(), std::move(name), options.tls.verify));
}

TlsContext::TlsContext(ssl_ctx_st* context, std::string server_name, bool verify)
    : context_(context), server_name_(std::move(server_name)), verify_(verify) {}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

ssl_st* TlsContext::make(ClientOptions::Protocol protocol) const {
  SSL* ssl = SSL_new(context_);
  if (ssl == nullptr) throw std::bad_alloc();
  SSL_set_connect_state(ssl);
  offer_protocols(ssl, protocol);
  const bool address = is_address(server_name_);
  if (!address) SSL_set_tlsext_host_name(ssl, server_name_.c_str());
  if (!verify_) return ssl;
  SSL_set_verify(ssl, SSL_VERIFY_PEER, nullptr);
  auto* parameters = SSL_get0_param(ssl);
  if (address) {
    X509_VERIFY_PARAM_set1_ip_asc(parameters, server_name_.c_str());
  } else {
    X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    X509_VERIFY_PARAM_set1_host(parameters, server_name_.c_str(), server_name_.size());
  }
  return ssl;
}

}  // namespace pedalion::http::client
