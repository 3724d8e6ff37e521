#include "pedalion/server/authn/certificate.h"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace pedalion::server::authn {
namespace {

std::string der_of(const std::string& pem) {
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  X509* certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
  unsigned char* bytes = nullptr;
  int length = i2d_X509(certificate, &bytes);
  std::string der(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(length));
  OPENSSL_free(bytes);
  X509_free(certificate);
  BIO_free(bio);
  return der;
}

struct Authority {
  http::tls::KeyPair pair = *http::tls::make_authority("ca", std::chrono::hours(24));

  http::Request request_of(std::string name, std::vector<std::string> groups, bool client = true) const {
    http::tls::CertificateRequest wanted;
    wanted.common_name = std::move(name);
    wanted.organizations = std::move(groups);
    wanted.client = client;
    wanted.server = !client;
    auto peer = std::make_shared<http::Peer>();
    peer->tls = true;
    peer->certificates_der = {der_of(http::tls::sign(pair, wanted)->certificate)};
    http::Request request;
    request.peer = std::move(peer);
    return request;
  }
  CertificateAuthenticator authenticator() const {
    return CertificateAuthenticator(*http::tls::TrustStore::parse(pair.certificate));
  }
};

TEST(Certificate, NamesTheUserAndItsGroups) {
  Authority authority;
  auto authenticator = authority.authenticator();
  auto request = authority.request_of("alice", {"system:masters", "dev"});
  auto user = authenticator.authenticate(request);
  ASSERT_TRUE(user && *user);
  EXPECT_EQ((*user)->name, "alice");
  EXPECT_EQ((*user)->groups, (std::vector<std::string>{"system:masters", "dev", "system:authenticated"}));
  const auto& credential = (*user)->extra.at("authentication.kubernetes.io/credential-id");
  ASSERT_EQ(credential.size(), 1u);
  EXPECT_TRUE(credential[0].starts_with("X509SHA256="));
  EXPECT_EQ(credential[0].size(), 11u + 64u);
  // The same connection again: the same user, not verified anew.
  EXPECT_EQ(*authenticator.authenticate(request), *user);
}

TEST(Certificate, IsAnErrorWhenOthersSignedIt) {
  Authority mine, other;
  auto user = mine.authenticator().authenticate(other.request_of("mallory", {}));
  ASSERT_FALSE(user);
  EXPECT_EQ(user.error().code, 401);
  EXPECT_TRUE(user.error().message.starts_with("x509: ")) << user.error().message;
}

TEST(Certificate, IsAnErrorWhenItIsNoClients) {
  Authority authority;
  EXPECT_FALSE(authority.authenticator().authenticate(authority.request_of("server", {}, false)));
}

TEST(Certificate, DoesNotMixUpAuthenticatorsOrConnections) {
  Authority one, two;
  auto first = one.authenticator(), second = two.authenticator();
  auto request = one.request_of("alice", {});
  ASSERT_TRUE(first.authenticate(request));
  EXPECT_FALSE(second.authenticate(request));
  EXPECT_EQ((*first.authenticate(one.request_of("bob", {})))->name, "bob");
}

TEST(Certificate, HasNothingToSayWithoutOne) {
  Authority authority;
  EXPECT_EQ(authority.authenticator().authenticate(http::Request()).value(), nullptr);
  EXPECT_EQ(authority.authenticator().authenticate(authority.request_of("", {"dev"})).value(), nullptr);
}

}  // namespace
}  // namespace pedalion::server::authn
