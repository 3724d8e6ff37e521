#include "pedalion/http/tls/certificates.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "pedalion/http/tls/openssl_internal.h"

namespace pedalion::http::tls {
namespace {

Status failed(std::string_view doing) {
  return {500, "InternalError", std::string(doing) + ": " + openssl_error()};
}

std::string pem_of(X509* certificate) {
  auto bio = make_memory_bio();
  PEM_write_bio_X509(bio.get(), certificate);
  return text_of(bio.get());
}

std::string pem_of(EVP_PKEY* key) {
  auto bio = make_memory_bio();
  PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return text_of(bio.get());
}

KeyPtr make_key() { return KeyPtr(EVP_EC_gen("P-256")); }

bool add_name(X509_NAME* name, const char* field, std::string_view value) {
  return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(value.data()),
                                    static_cast<int>(value.size()), -1, 0) == 1;
}

bool add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

/// What all certificates have: a random serial number, the time they are valid for (from five minutes ago,
/// for clocks that differ), the key and the subject.
CertificatePtr begin_certificate(EVP_PKEY* key, std::string_view common_name,
                                 const std::vector<std::string>& organizations,
                                 std::chrono::hours valid_for) {
  CertificatePtr certificate(X509_new());
  if (!certificate) return nullptr;
  X509_set_version(certificate.get(), X509_VERSION_3);
  unsigned char serial[16];
  if (RAND_bytes(serial, sizeof serial) != 1) return nullptr;
  serial[0] &= 0x7f;
  BignumPtr number(BN_bin2bn(serial, sizeof serial, nullptr));
  BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate.get()));
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -300);
  X509_time_adj_ex(X509_getm_notAfter(certificate.get()), static_cast<int>(valid_for.count() / 24),
                   static_cast<long>(valid_for.count() % 24) * 3600, nullptr);
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  for (const std::string& organization : organizations) {
    if (!add_name(subject, "O", organization)) return nullptr;
  }
  if (!common_name.empty() && !add_name(subject, "CN", common_name)) return nullptr;
  if (X509_set_pubkey(certificate.get(), key) != 1) return nullptr;
  return certificate;
}

std::string alternative_names(const CertificateRequest& request) {
  std::string text;
  for (const std::string& name : request.dns_names) text += (text.empty() ? "DNS:" : ",DNS:") + name;
  for (const std::string& address : request.ip_addresses) text += (text.empty() ? "IP:" : ",IP:") + address;
  return text;
}

bool add_leaf_extensions(X509* certificate, X509* issuer, const CertificateRequest& request) {
  std::string usage;
  if (request.server) usage = "serverAuth";
  if (request.client) usage += usage.empty() ? "clientAuth" : ",clientAuth";
  std::string names = alternative_names(request);
  return add_extension(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
         add_extension(certificate, issuer, NID_key_usage, "critical,digitalSignature,keyEncipherment") &&
         (usage.empty() || add_extension(certificate, issuer, NID_ext_key_usage, usage)) &&
         (names.empty() || add_extension(certificate, issuer, NID_subject_alt_name, names));
}

Result<KeyPair> finish(CertificatePtr certificate, EVP_PKEY* key, EVP_PKEY* signer) {
  if (X509_sign(certificate.get(), signer, EVP_sha256()) == 0)
    return std::unexpected(failed("cannot sign the certificate"));
  return KeyPair{pem_of(certificate.get()), pem_of(key)};
}

std::vector<std::string> values_of(X509_NAME* name, int nid) {
  std::vector<std::string> values;
  for (int at = X509_NAME_get_index_by_NID(name, nid, -1); at >= 0;
       at = X509_NAME_get_index_by_NID(name, nid, at)) {
    unsigned char* text = nullptr;
    int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
    if (size < 0) continue;
    values.emplace_back(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
    OPENSSL_free(text);
  }
  return values;
}

int uid_nid() {
  static const int nid = OBJ_create("1.3.6.1.4.1.57683.2", "kubernetesUid", "Kubernetes user UID");
  return nid;
}

Subject subject_of(X509_NAME* name) {
  Subject subject;
  auto common_names = values_of(name, NID_commonName);
  if (!common_names.empty()) subject.common_name = std::move(common_names.back());
  subject.organizations = values_of(name, NID_organizationName);
  if (uid_nid() != NID_undef) subject.uids = values_of(name, uid_nid());
  return subject;
}

std::unexpected<Status> refused(std::string text) {
  return std::unexpected(Status(400, "BadRequest", std::move(text)));
}

/// One block of a PEM text.
struct PemBlock {
  std::string type, headers, der;
};

std::optional<PemBlock> next_block(BIO* text) {
  char *name = nullptr, *header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
  bool found = PEM_read_bio(text, &name, &header, &data, &size) == 1;
  ERR_clear_error();
  std::optional<PemBlock> block;
  if (found) {
    block = PemBlock{name, header, std::string(reinterpret_cast<const char*>(data), size)};
  }
  OPENSSL_free(name);
  OPENSSL_free(header);
  OPENSSL_free(data);
  return block;
}

BioPtr bio_of(std::string_view text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

const unsigned char* bytes_of(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Result<RequestPtr> parse_request(std::string_view pem) {
  BioPtr text = bio_of(pem);
  auto block = next_block(text.get());
  if (!block || block->type != "CERTIFICATE REQUEST") {
    return refused("PEM block type must be CERTIFICATE REQUEST");
  }
  const unsigned char* at = bytes_of(block->der);
  RequestPtr request(d2i_X509_REQ(nullptr, &at, static_cast<long>(block->der.size())));
  if (!request) return refused("asn1: structure error: " + openssl_error());
  return request;
}

/// How Go says that a signature is not that of the key.
std::string_view verification_failure(EVP_PKEY* key) {
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
      return "crypto/rsa: verification error";
    case EVP_PKEY_EC:
      return "x509: ECDSA verification failure";
    case EVP_PKEY_ED25519:
      return "x509: Ed25519 verification failure";
    default:
      return "x509: cannot verify signature: algorithm unimplemented";
  }
}

}  // namespace

Result<Subject> requested_subject(std::string_view pem) {
  TRY(RequestPtr request, parse_request(pem));
  return subject_of(X509_REQ_get_subject_name(request.get()));
}

Result<void> check_request(std::string_view pem) {
  TRY(RequestPtr request, parse_request(pem));
  EVP_PKEY* key = X509_REQ_get0_pubkey(request.get());
  bool verified = key != nullptr && X509_REQ_verify(request.get(), key) == 1;
  ERR_clear_error();
  if (key == nullptr) return refused("x509: cannot verify signature: algorithm unimplemented");
  if (!verified) return refused(std::string(verification_failure(key)));
  return {};
}

Result<void> check_certificates(std::string_view pem) {
  if (pem.empty()) return {};
  BioPtr text = bio_of(pem);
  std::size_t count = 0;
  while (auto block = next_block(text.get())) {
    if (block->type != "CERTIFICATE") {
      return refused("only CERTIFICATE PEM blocks are allowed, found \"" + block->type + "\"");
    }
    if (!block->headers.empty()) return refused("no PEM block headers are permitted");
    const unsigned char* at = bytes_of(block->der);
    CertificatePtr certificate(d2i_X509(nullptr, &at, static_cast<long>(block->der.size())));
    ERR_clear_error();
    if (!certificate) return refused("x509: malformed certificate");
    ++count;
  }
  if (count == 0) return refused("must contain at least one CERTIFICATE PEM block");
  return {};
}

Result<KeyPair> make_authority(std::string_view common_name, std::chrono::hours valid_for) {
  KeyPtr key = make_key();
  if (!key) return std::unexpected(failed("cannot make a key"));
  auto certificate = begin_certificate(key.get(), common_name, {}, valid_for);
  if (!certificate) return std::unexpected(failed("cannot make a certificate"));
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  if (!add_extension(certificate.get(), certificate.get(), NID_basic_constraints, "critical,CA:TRUE") ||
      !add_extension(certificate.get(), certificate.get(), NID_key_usage,
                     "critical,digitalSignature,keyCertSign,cRLSign") ||
      !add_extension(certificate.get(), certificate.get(), NID_subject_key_identifier, "hash")) {
    return std::unexpected(failed("cannot make a certificate"));
  }
  return finish(std::move(certificate), key.get(), key.get());
}

Result<KeyPair> sign(const KeyPair& authority, const CertificateRequest& request) {
  auto issuers = parse_certificates(authority.certificate);
  KeyPtr issuer_key = parse_key(authority.key);
  if (issuers.empty() || !issuer_key) return std::unexpected(failed("the authority cannot be read"));
  KeyPtr key = make_key();
  if (!key) return std::unexpected(failed("cannot make a key"));
  auto certificate =
      begin_certificate(key.get(), request.common_name, request.organizations, request.valid_for);
  if (!certificate) return std::unexpected(failed("cannot make a certificate"));
  X509* issuer = issuers.front().get();
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer));
  if (!add_leaf_extensions(certificate.get(), issuer, request) ||
      !add_extension(certificate.get(), issuer, NID_authority_key_identifier, "keyid")) {
    return std::unexpected(failed("cannot make a certificate"));
  }
  return finish(std::move(certificate), key.get(), issuer_key.get());
}

Result<KeyPair> self_sign(const CertificateRequest& request) {
  KeyPtr key = make_key();
  if (!key) return std::unexpected(failed("cannot make a key"));
  auto certificate =
      begin_certificate(key.get(), request.common_name, request.organizations, request.valid_for);
  if (!certificate) return std::unexpected(failed("cannot make a certificate"));
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  if (!add_leaf_extensions(certificate.get(), certificate.get(), request))
    return std::unexpected(failed("cannot make a certificate"));
  return finish(std::move(certificate), key.get(), key.get());
}

Result<void> write_file(const std::string& path, std::string_view text, bool secret) {
  std::string temporary = path + ".new";
  auto wrong = [&](const char* doing) {
    return std::unexpected(
        Status(500, "InternalError", std::string(doing) + " " + temporary + ": " + std::strerror(errno)));
  };
  int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, secret ? 0600 : 0644);
  if (file < 0) return wrong("cannot create");
  while (!text.empty()) {
    ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      ::close(file);
      return wrong("cannot write");
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  bool synced = ::fsync(file) == 0;
  if (::close(file) != 0 || !synced) return wrong("cannot write");
  if (::rename(temporary.c_str(), path.c_str()) != 0) return wrong("cannot rename");
  return {};
}

struct TrustStore::Rep {
  StorePtr store;
};

TrustStore::TrustStore(std::unique_ptr<Rep> rep) : rep_(std::move(rep)) {}
TrustStore::~TrustStore() = default;

Result<std::shared_ptr<TrustStore>> TrustStore::parse(std::string_view pem_bundle) {
  auto certificates = parse_certificates(pem_bundle);
  if (certificates.empty())
    return std::unexpected(
        Status(400, "BadRequest", "data does not contain any valid RSA or ECDSA certificates"));
  auto rep = std::make_unique<Rep>();
  rep->store.reset(X509_STORE_new());
  for (const auto& certificate : certificates) X509_STORE_add_cert(rep->store.get(), certificate.get());
  X509_STORE_set_flags(rep->store.get(), X509_V_FLAG_PARTIAL_CHAIN);
  return std::shared_ptr<TrustStore>(new TrustStore(std::move(rep)));
}

namespace {

std::string time_text(const ASN1_TIME* time) {
  struct tm parts{};
  ASN1_TIME_to_tm(time, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

std::string now_text() {
  std::time_t now = std::time(nullptr);
  struct tm parts{};
  ::gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

/// What Go's crypto/x509 says of the same failure.
std::string verify_text(X509_STORE_CTX* context) {
  X509* certificate = X509_STORE_CTX_get_current_cert(context);
  switch (X509_STORE_CTX_get_error(context)) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "x509: certificate has expired or is not yet valid: current time " + now_text() + " is after " +
             time_text(X509_get0_notAfter(certificate));
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "x509: certificate has expired or is not yet valid: current time " + now_text() + " is before " +
             time_text(X509_get0_notBefore(certificate));
    case X509_V_ERR_INVALID_PURPOSE:
      return "x509: certificate specifies an incompatible key usage";
    default:
      return "x509: certificate signed by unknown authority";
  }
}

}  // namespace

Result<Subject> TrustStore::verify_client(const std::vector<std::string>& chain_der) const {
  std::vector<CertificatePtr> chain;
  for (const std::string& der : chain_der) {
    const auto* data = reinterpret_cast<const unsigned char*>(der.data());
    chain.emplace_back(d2i_X509(nullptr, &data, static_cast<long>(der.size())));
    if (!chain.back()) return std::unexpected(Status(401, "Unauthorized", "x509: malformed certificate"));
  }
  if (chain.empty()) return std::unexpected(Status(401, "Unauthorized", "x509: no certificate"));
  StackPtr intermediates(sk_X509_new_null());
  for (std::size_t at = 1; at < chain.size(); ++at) sk_X509_push(intermediates.get(), chain[at].get());
  StoreContextPtr context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), rep_->store.get(), chain.front().get(), intermediates.get());
  X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_CLIENT);
  if (X509_verify_cert(context.get()) != 1)
    return std::unexpected(Status(401, "Unauthorized", verify_text(context.get())));
  return subject_of(X509_get_subject_name(chain.front().get()));
}

}  // namespace pedalion::http::tls
