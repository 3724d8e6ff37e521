#include "pedalion/controlplane/credentials.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "pedalion/server/authn/token_keys.h"

namespace pedalion::controlplane {
namespace {

using http::tls::CertificateRequest;
using http::tls::KeyPair;

constexpr std::chrono::hours kDay{24};
constexpr auto kAuthorityLife = kDay * 3650, kCertificateLife = kDay * 365;
constexpr auto kRenewBefore = kDay * 30;

struct Free {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using Certificate = std::unique_ptr<X509, Free>;

std::string read_if_there(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  if (file) text << file.rdbuf();
  return text.str();
}

Certificate parse(const std::string& pem) {
  std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                                                &BIO_free);
  return Certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

bool is_good_for_a_while(X509* certificate) {
  time_t then = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() + kRenewBefore);
  return X509_cmp_time(X509_get0_notAfter(certificate), &then) > 0;
}

bool was_signed_by(X509* certificate, X509* authority) {
  return X509_check_issued(authority, certificate) == X509_V_OK &&
         X509_verify(certificate, X509_get0_pubkey(authority)) == 1;
}

bool names_all(X509* certificate, const CertificateRequest& request) {
  return std::ranges::all_of(request.dns_names,
                             [&](const auto& name) {
                               return X509_check_host(certificate, name.data(), name.size(), 0, nullptr) == 1;
                             }) &&
         std::ranges::all_of(request.ip_addresses, [&](const auto& ip) {
           return X509_check_ip_asc(certificate, ip.c_str(), 0) == 1;
         });
}

/// The pairs in one directory: `name`.crt and `name`.key.
class Directory {
 public:
  explicit Directory(std::filesystem::path path) : path_(std::move(path)) {}

  Result<void> make() const {
    std::error_code error;
    if (std::filesystem::create_directories(path_, error)) {
      std::filesystem::permissions(path_, std::filesystem::perms::owner_all, error);
    }
    if (error) {
      return std::unexpected(
          Status(500, "InternalError", "cannot make " + path_.string() + ": " + error.message()));
    }
    return {};
  }
  std::string certificate_file(std::string_view name) const { return (path_ / name).string() + ".crt"; }
  std::string key_file(std::string_view name) const { return (path_ / name).string() + ".key"; }
  KeyPair read(std::string_view name) const {
    return {read_if_there(certificate_file(name)), read_if_there(key_file(name))};
  }
  Result<void> write(std::string_view name, const KeyPair& pair) const {
    TRY_OK(http::tls::write_file(key_file(name), pair.key, true));
    return http::tls::write_file(certificate_file(name), pair.certificate, false);
  }

 private:
  std::filesystem::path path_;
};

Result<KeyPair> ensure_authority(const Directory& directory) {
  auto pair = directory.read("ca");
  auto certificate = parse(pair.certificate);
  if (certificate && !pair.key.empty() && is_good_for_a_while(certificate.get())) return pair;
  TRY(pair, http::tls::make_authority("pedalion-ca", kAuthorityLife));
  TRY_OK(directory.write("ca", pair));
  return pair;
}

Result<KeyPair> ensure_signed(const Directory& directory, std::string_view name, const KeyPair& authority,
                              const CertificateRequest& request) {
  auto pair = directory.read(name);
  auto certificate = parse(pair.certificate), issuer = parse(authority.certificate);
  if (certificate && !pair.key.empty() && is_good_for_a_while(certificate.get()) &&
      was_signed_by(certificate.get(), issuer.get()) && names_all(certificate.get(), request)) {
    return pair;
  }
  TRY(pair, http::tls::sign(authority, request));
  TRY_OK(directory.write(name, pair));
  return pair;
}

}  // namespace

Result<Credentials> ensure_credentials(const CredentialsRequest& request) {
  Directory directory(request.directory);
  TRY_OK(directory.make());
  TRY(auto authority, ensure_authority(directory));
  CertificateRequest serving;
  serving.common_name = "pedalion";
  serving.dns_names = request.dns_names;
  serving.ip_addresses = request.ip_addresses;
  serving.server = true;
  serving.valid_for = kCertificateLife;
  TRY_OK(ensure_signed(directory, "apiserver", authority, serving));
  CertificateRequest administrator;
  administrator.common_name = "admin";
  administrator.organizations = {"system:masters"};
  administrator.client = true;
  administrator.valid_for = kCertificateLife;
  Credentials credentials;
  TRY(credentials.administrator, ensure_signed(directory, "admin", authority, administrator));
  credentials.authority = authority.certificate;
  credentials.serving_certificate_file = directory.certificate_file("apiserver");
  credentials.serving_key_file = directory.key_file("apiserver");
  return credentials;
}

Result<std::string> ensure_token_key(const std::string& path) {
  Directory directory(path);
  TRY_OK(directory.make());
  std::string file = directory.key_file("sa");
  if (std::filesystem::exists(file)) return file;
  TRY(std::string key, server::authn::make_signing_key());
  TRY_OK(http::tls::write_file(file, key, true));
  return file;
}

}  // namespace pedalion::controlplane
