#include "pedalion/http/tls/server_context.h"

#include <openssl/err.h>
#include <sys/stat.h>

#include <fstream>
#include <mutex>
#include <sstream>
#include <unordered_map>

#include "pedalion/base/log.h"
#include "pedalion/http/tls/server_context_internal.h"

namespace pedalion::http::tls {
namespace {

/// A certificate as it is presented, ready to be shared by connections.
struct Identity {
  std::vector<CertificatePtr> chain;
  KeyPtr key;
};
using IdentityPtr = std::shared_ptr<const Identity>;

/// When a file was last written, and its size: differs when it has changed.
struct Stamp {
  std::int64_t seconds = 0, nanoseconds = 0, size = 0, inode = 0;
  bool operator==(const Stamp&) const = default;
};

Stamp stamp_of(const std::string& path) {
  struct stat found{};
  if (::stat(path.c_str(), &found) != 0) return {};
  return {found.st_mtim.tv_sec, found.st_mtim.tv_nsec, found.st_size,
          static_cast<std::int64_t>(found.st_ino)};
}

Result<std::string> read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return std::unexpected(Status(500, "InternalError", "cannot read " + path));
  return text.str();
}

Result<IdentityPtr> load(const CertificateFiles& files) {
  TRY(std::string chain, read_text(files.certificate_file));
  TRY(std::string key, read_text(files.key_file));
  auto identity = std::make_shared<Identity>();
  identity->chain = parse_certificates(chain);
  if (identity->chain.empty())
    return std::unexpected(Status(500, "InternalError", files.certificate_file + " holds no certificate"));
  identity->key = parse_key(key);
  if (!identity->key)
    return std::unexpected(Status(500, "InternalError", files.key_file + " holds no private key"));
  if (X509_check_private_key(identity->chain.front().get(), identity->key.get()) != 1) {
    ERR_clear_error();
    return std::unexpected(Status(
        500, "InternalError",
        "the key in " + files.key_file + " does not belong to the certificate in " + files.certificate_file));
  }
  return identity;
}

/// One pair of files, and what they held when they were last read.
struct Source {
  CertificateFiles files;
  Stamp certificate_stamp, key_stamp;
  IdentityPtr identity;

  Result<void> read() {
    certificate_stamp = stamp_of(files.certificate_file);
    key_stamp = stamp_of(files.key_file);
    TRY(identity, load(files));
    return {};
  }
  bool changed() const {
    return certificate_stamp != stamp_of(files.certificate_file) || key_stamp != stamp_of(files.key_file);
  }
};

bool names_host(X509* certificate, const std::string& host) {
  return X509_check_host(certificate, host.data(), host.size(), 0, nullptr) == 1;
}

bool pattern_matches(std::string_view pattern, std::string_view host) {
  if (!pattern.starts_with("*.")) return pattern == host;
  auto dot = host.find('.');
  return dot != std::string_view::npos && host.substr(dot) == pattern.substr(1);
}

struct CipherName {
  std::string_view iana, openssl;
};
constexpr CipherName kCiphers[] = {
    {"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"},
    {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384"},
    {"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"},
    {"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305", "ECDHE-ECDSA-CHACHA20-POLY1305"},
    {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256"},
    {"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE-RSA-AES256-GCM-SHA384"},
    {"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-RSA-CHACHA20-POLY1305"},
    {"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305", "ECDHE-RSA-CHACHA20-POLY1305"},
    {"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "ECDHE-ECDSA-AES128-SHA"},
    {"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", "ECDHE-ECDSA-AES256-SHA"},
    {"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "ECDHE-RSA-AES128-SHA"},
    {"TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "ECDHE-RSA-AES256-SHA"},
    {"TLS_RSA_WITH_AES_128_GCM_SHA256", "AES128-GCM-SHA256"},
    {"TLS_RSA_WITH_AES_256_GCM_SHA384", "AES256-GCM-SHA384"},
    {"TLS_RSA_WITH_AES_128_CBC_SHA", "AES128-SHA"},
    {"TLS_RSA_WITH_AES_256_CBC_SHA", "AES256-SHA"},
};

/// OpenSSL's list; the suites of TLS 1.3, which are always on, are passed over.
Result<std::string> cipher_list(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) {
    if (name == "TLS_AES_128_GCM_SHA256" || name == "TLS_AES_256_GCM_SHA384" ||
        name == "TLS_CHACHA20_POLY1305_SHA256")
      continue;
    const auto* found = std::ranges::find(kCiphers, name, &CipherName::iana);
    if (found == std::end(kCiphers))
      return std::unexpected(
          Status(400, "BadRequest", "Cipher suite " + name + " not supported or doesn't exist"));
    list += (list.empty() ? "" : ":") + std::string(found->openssl);
  }
  return list;
}

}  // namespace

struct ServerContext::Rep {
  ContextPtr context;
  bool http2 = true;
  std::mutex mutex;             // guards the identities in `sources`
  std::vector<Source> sources;  // the default one first

  IdentityPtr identity_for(const char* server_name) {
    std::lock_guard lock(mutex);
    if (server_name == nullptr) return sources.front().identity;
    std::string host(server_name);
    for (std::size_t at = 1; at < sources.size(); ++at) {
      const Source& source = sources[at];
      for (const std::string& pattern : source.files.names) {
        if (pattern_matches(pattern, host)) return source.identity;
      }
      if (source.files.names.empty() && names_host(source.identity->chain.front().get(), host))
        return source.identity;
    }
    return sources.front().identity;
  }
};

namespace {

int choose_certificate(SSL* ssl, void* argument) {
  auto& rep = *static_cast<ServerContext::Rep*>(argument);
  auto identity = rep.identity_for(SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name));
  if (SSL_use_certificate(ssl, identity->chain.front().get()) != 1) return 0;
  if (SSL_use_PrivateKey(ssl, identity->key.get()) != 1) return 0;
  for (std::size_t at = 1; at < identity->chain.size(); ++at) {
    if (SSL_add1_chain_cert(ssl, identity->chain[at].get()) != 1) return 0;
  }
  return 1;
}

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                    unsigned in_size, void* argument) {
  static constexpr unsigned char kBoth[] = "\x02h2\x08http/1.1";
  bool http2 = static_cast<ServerContext::Rep*>(argument)->http2;
  const unsigned char* offered = http2 ? kBoth : kBoth + 3;
  unsigned size = sizeof kBoth - 1 - (http2 ? 0 : 3);
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, offered, size, in, in_size) != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_NOACK;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

/// Certificates of clients are looked at later, by whoever authenticates.
int accept_any(X509_STORE_CTX*, void*) { return 1; }

ContextPtr make_context(const ServerContextOptions& options, const std::string& ciphers) {
  ContextPtr context(SSL_CTX_new(TLS_server_method()));
  if (!context) return nullptr;
  SSL_CTX_set_min_proto_version(context.get(),
                                options.min_version == MinVersion::kTls13 ? TLS1_3_VERSION : TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                         SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context.get(), 1);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  static constexpr unsigned char kSessions[] = "pedalion";
  SSL_CTX_set_session_id_context(context.get(), kSessions, sizeof kSessions - 1);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context.get(), accept_any, nullptr);
  if (!ciphers.empty() && SSL_CTX_set_cipher_list(context.get(), ciphers.c_str()) != 1) return nullptr;
  return context;
}

}  // namespace

ServerContext::ServerContext(std::unique_ptr<Rep> rep) : rep_(std::move(rep)) {}
ServerContext::~ServerContext() = default;

Result<std::shared_ptr<ServerContext>> ServerContext::create(ServerContextOptions options) {
  TRY(std::string ciphers, cipher_list(options.cipher_suites));
  auto rep = std::make_unique<Rep>();
  rep->http2 = options.http2;
  rep->context = make_context(options, ciphers);
  if (!rep->context)
    return std::unexpected(Status(500, "InternalError", "cannot set TLS up: " + openssl_error()));
  rep->sources.push_back({.files = options.default_certificate});
  for (auto& files : options.sni_certificates) rep->sources.push_back({.files = std::move(files)});
  for (Source& source : rep->sources) TRY_OK(source.read());
  SSL_CTX_set_cert_cb(rep->context.get(), choose_certificate, rep.get());
  SSL_CTX_set_alpn_select_cb(rep->context.get(), choose_protocol, rep.get());
  return std::shared_ptr<ServerContext>(new ServerContext(std::move(rep)));
}

void ServerContext::reload_if_changed() {
  for (Source& source : rep_->sources) {
    if (!source.changed()) continue;
    Source fresh{.files = source.files};
    auto outcome = fresh.read();
    std::lock_guard lock(rep_->mutex);
    source.certificate_stamp = fresh.certificate_stamp;
    source.key_stamp = fresh.key_stamp;
    if (outcome) {
      source.identity = std::move(fresh.identity);
      log::info("certificate reloaded", {{"file", source.files.certificate_file}});
    } else {
      log::warning("certificate not reloaded", {{"cause", outcome.error().message}});
    }
  }
}

SslPtr new_connection(ServerContext& context) { return SslPtr(SSL_new(context.rep().context.get())); }

}  // namespace pedalion::http::tls
