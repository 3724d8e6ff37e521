#pragma once
// What a server needs for TLS: certificates by server name, reloaded when their files change; versions,
// ciphers, ALPN.
#include <memory>
#include <string>
#include <vector>

#include "pedalion/base/status.h"

namespace pedalion::http::tls {

enum class MinVersion { kTls12, kTls13 };

/// A PEM chain and the key of its leaf.
struct CertificateFiles {
  std::string certificate_file, key_file;
  std::vector<std::string> names;  // SNI names it answers for (`*.x` too); empty: those in the certificate
};

struct ServerContextOptions {
  CertificateFiles default_certificate;
  std::vector<CertificateFiles> sni_certificates;
  MinVersion min_version = MinVersion::kTls12;
  std::vector<std::string> cipher_suites;  // of TLS 1.2, IANA names; empty: the default ones
  bool http2 = true;                       // offer h2 by ALPN
};

/// Thread-safe. A client certificate is asked for, never required, never verified here (authentication does
/// that).
class ServerContext {
 public:
  /// Fails with what is wrong with which file, or an unknown cipher suite.
  static Result<std::shared_ptr<ServerContext>> create(ServerContextOptions options);
  ~ServerContext();

  /// Looks at the files and takes them up when they have changed; what cannot be read is logged, and the old
  /// ones stay. The server calls it once a second.
  void reload_if_changed();

  struct Rep;
  Rep& rep() { return *rep_; }

 private:
  explicit ServerContext(std::unique_ptr<Rep> rep);
  std::unique_ptr<Rep> rep_;
};

}  // namespace pedalion::http::tls
