#include "pedalion/http/tls/certificates.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "pedalion/http/tls/openssl_internal.h"
#include "pedalion/http/tls/server_context_internal.h"

namespace pedalion::http::tls {
namespace {

using ::testing::HasSubstr;

std::string der_of(const std::string& pem) {
  auto certificates = parse_certificates(pem);
  unsigned char* data = nullptr;
  int size = i2d_X509(certificates.at(0).get(), &data);
  std::string der(reinterpret_cast<char*>(data), static_cast<std::size_t>(size));
  OPENSSL_free(data);
  return der;
}

CertificateRequest client_request(std::chrono::hours valid_for = std::chrono::hours(24)) {
  return {.common_name = "ann", .organizations = {"dev", "ops"}, .client = true, .valid_for = valid_for};
}

class CertificatesTest : public ::testing::Test {
 protected:
  CertificatesTest() {
    std::filesystem::create_directories(folder_);
    authority_ = *make_authority("root", std::chrono::hours(24));
  }
  ~CertificatesTest() override { std::filesystem::remove_all(folder_); }

  std::string store(const std::string& name, const std::string& text) {
    std::string path = folder_ + "/" + name;
    EXPECT_TRUE(write_file(path, text, true));
    return path;
  }
  CertificateFiles files_for(const std::string& name) {
    auto pair = *sign(authority_, {.common_name = name, .dns_names = {name}, .server = true});
    return {store(name + ".crt", pair.certificate), store(name + ".key", pair.key), {}};
  }
  Result<Subject> verify(const std::string& pem) {
    return (*TrustStore::parse(authority_.certificate))->verify_client({der_of(pem)});
  }

  std::string folder_ = ::testing::TempDir() + "certificates_test." + std::to_string(::getpid());
  KeyPair authority_;
};

TEST_F(CertificatesTest, VerifiesItsOwnClients) {
  auto subject = verify(sign(authority_, client_request())->certificate);
  ASSERT_TRUE(subject) << subject.error().message;
  EXPECT_EQ(subject->common_name, "ann");
  EXPECT_THAT(subject->organizations, ::testing::ElementsAre("dev", "ops"));
}

TEST_F(CertificatesTest, SaysWhyAClientIsRefused) {
  auto stranger = *make_authority("root", std::chrono::hours(24));
  auto unknown = verify(sign(stranger, client_request())->certificate);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, 401);
  EXPECT_EQ(unknown.error().message, "x509: certificate signed by unknown authority");

  auto expired = verify(sign(authority_, client_request(std::chrono::hours(-24)))->certificate);
  ASSERT_FALSE(expired);
  EXPECT_THAT(expired.error().message,
              ::testing::MatchesRegex("x509: certificate has expired or is not yet valid: current time "
                                      "....-..-..T..:..:..Z is after ....-..-..T..:..:..Z"));

  auto server = verify(sign(authority_, {.common_name = "s", .server = true})->certificate);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().message, "x509: certificate specifies an incompatible key usage");
}

TEST_F(CertificatesTest, RefusesDamagedCertificates) {
  auto store = *TrustStore::parse(authority_.certificate);
  EXPECT_FALSE(store->verify_client({"garbage"}));
  EXPECT_FALSE(store->verify_client({}));
  EXPECT_FALSE(TrustStore::parse("no certificate"));
}

TEST_F(CertificatesTest, WritesSecretsForTheOwnerOnly) {
  std::string path = store("secret", "first");
  ASSERT_TRUE(write_file(path, "second", true));
  struct stat found{};
  ASSERT_EQ(::stat(path.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600U);
  std::ifstream file(path);
  std::string text;
  file >> text;
  EXPECT_EQ(text, "second");
  EXPECT_FALSE(write_file(folder_ + "/none/file", "x", false));
}

TEST_F(CertificatesTest, ContextSaysWhatIsWrong) {
  auto files = files_for("a.test");
  auto unknown = ServerContext::create({.default_certificate = files, .cipher_suites = {"TLS_NONE"}});
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().message, HasSubstr("TLS_NONE"));
  auto other = files_for("b.test");
  auto mixed = ServerContext::create({.default_certificate = {files.certificate_file, other.key_file, {}}});
  ASSERT_FALSE(mixed);
  EXPECT_THAT(mixed.error().message, HasSubstr("does not belong"));
  EXPECT_FALSE(ServerContext::create({.default_certificate = {folder_ + "/none", folder_ + "/none", {}}}));
}

/// The common name of the certificate that is presented for `server_name`, after a handshake in memory.
std::string presented(ServerContext& context, const std::string& server_name,
                      std::string* protocol = nullptr) {
  ContextPtr client_context(SSL_CTX_new(TLS_client_method()));
  SslPtr client(SSL_new(client_context.get()));
  SslPtr server = new_connection(context);
  BIO *client_end = nullptr, *server_end = nullptr;
  BIO_new_bio_pair(&client_end, 0, &server_end, 0);
  SSL_set_bio(client.get(), client_end, client_end);
  SSL_set_bio(server.get(), server_end, server_end);
  SSL_set_tlsext_host_name(client.get(), server_name.c_str());
  static constexpr unsigned char kProtocols[] = "\x02h2";
  SSL_set_alpn_protos(client.get(), kProtocols, sizeof kProtocols - 1);
  SSL_set_connect_state(client.get());
  SSL_set_accept_state(server.get());
  for (int round = 0; round < 20; ++round) {
    SSL_do_handshake(client.get());
    SSL_do_handshake(server.get());
  }
  X509* certificate = SSL_get0_peer_certificate(client.get());
  if (certificate == nullptr) return "no handshake";
  if (protocol != nullptr) {
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(client.get(), &name, &size);
    protocol->assign(reinterpret_cast<const char*>(name), size);
  }
  char text[64] = {};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, text, sizeof text);
  return text;
}

TEST_F(CertificatesTest, ChoosesByServerName) {
  auto wild = files_for("wild.test");
  wild.names = {"*.wild.test"};
  auto context = *ServerContext::create(
      {.default_certificate = files_for("a.test"), .sni_certificates = {files_for("b.test"), wild}});
  std::string protocol;
  EXPECT_EQ(presented(*context, "b.test", &protocol), "b.test");
  EXPECT_EQ(protocol, "h2");
  EXPECT_EQ(presented(*context, "x.wild.test"), "wild.test");
  EXPECT_EQ(presented(*context, "x.y.wild.test"), "a.test");
  EXPECT_EQ(presented(*context, "other"), "a.test");
}

TEST_F(CertificatesTest, TakesChangedFilesUp) {
  auto files = files_for("a.test");
  auto context = *ServerContext::create({.default_certificate = files});
  auto next = *sign(authority_, {.common_name = "next", .server = true});
  ASSERT_TRUE(write_file(files.certificate_file, next.certificate, false));
  context->reload_if_changed();  // the key is not there yet: the old pair stays
  EXPECT_EQ(presented(*context, "a.test"), "a.test");
  ASSERT_TRUE(write_file(files.key_file, next.key, true));
  context->reload_if_changed();
  EXPECT_EQ(presented(*context, "a.test"), "next");
}

}  // namespace
}  // namespace pedalion::http::tls
