#pragma once
// Makes keys and certificates: a CA of one's own, what it signs for servers and clients, and self-signed
// ones.
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/base/status.h"

namespace pedalion::http::tls {

/// PEM texts. Keys are ECDSA P-256.
struct KeyPair {
  std::string certificate, key;
};

struct CertificateRequest {
  std::string common_name;
  std::vector<std::string> organizations;
  std::vector<std::string> dns_names, ip_addresses;  // subject alternative names
  bool server = false, client = false;               // extended key usages
  std::chrono::hours valid_for{24 * 365};
};

Result<KeyPair> make_authority(std::string_view common_name, std::chrono::hours valid_for);
Result<KeyPair> sign(const KeyPair& authority, const CertificateRequest& request);
/// A server certificate that is its own authority.
Result<KeyPair> self_sign(const CertificateRequest& request);

/// Writes PEM atomically (a new file, renamed), keys with mode 0600.
Result<void> write_file(const std::string& path, std::string_view text, bool secret);

/// What authentication reads of a DER certificate.
struct Subject {
  std::string common_name;
  std::vector<std::string> organizations;
  std::vector<std::string> uids;  // attribute 1.3.6.1.4.1.57683.2
};

/// Whose certificate a PKCS #10 request in PEM asks for. Fails (400) when the text is none.
Result<Subject> requested_subject(std::string_view pem);

/// Whether the text is such a request, signed with the key that it names. Fails (400) with Go's text.
Result<void> check_request(std::string_view pem);

/// Whether the text holds certificates and nothing else; empty text does. Fails (400) with kube-apiserver's
/// text.
Result<void> check_certificates(std::string_view pem);

/// Roots against which client certificates are verified. Thread-safe.
class TrustStore {
 public:
  /// Fails when the text holds no certificate.
  static Result<std::shared_ptr<TrustStore>> parse(std::string_view pem_bundle);
  ~TrustStore();
  /// Verifies leaf and intermediates (DER, leaf first) for client authentication now. Fails (401) with Go's
  /// text
  /// (`x509: certificate signed by unknown authority`, `x509: certificate has expired or is not yet valid:
  /// …`).
  Result<Subject> verify_client(const std::vector<std::string>& chain_der) const;

 private:
  struct Rep;
  explicit TrustStore(std::unique_ptr<Rep> rep);
  std::unique_ptr<Rep> rep_;
};

}  // namespace pedalion::http::tls
