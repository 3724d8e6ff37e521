#include "pedalion/server/authn/service_account.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <filesystem>
#include <map>

#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/http/tls/certificates.h"
#include "pedalion/server/authn/jwt.h"

namespace pedalion::server::authn {
namespace {

std::string rsa_key() {
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_RSA_gen(2048), &EVP_PKEY_free);
  std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), &BIO_free);
  PEM_write_bio_PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  char* text = nullptr;
  auto length = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(length)};
}

class ServiceAccountTokens : public testing::Test {
 protected:
  ServiceAccountTokens() {
    directory_ = testing::TempDir() + "/tokens-" + std::to_string(::getpid());
    std::filesystem::create_directories(directory_);
    key_ = read_signing_key(write("ec.key", make_signing_key().value())).value();
    objects_["serviceaccounts/n/robot"] = {"u1", {}};
    objects_["pods/n/p"] = {"u2", {}};
    claims_.ns = "n";
    claims_.id = "id";
    claims_.account = {"robot", "u1"};
    claims_.audiences = {"https://issuer"};
    claims_.issued = claims_.not_before = meta::now_seconds();
    claims_.expires = claims_.issued + 3600;
  }
  ~ServiceAccountTokens() override { std::filesystem::remove_all(directory_); }

  std::string write(const std::string& name, std::string_view text) {
    std::string path = directory_ + "/" + name;
    EXPECT_TRUE(http::tls::write_file(path, text, true));
    return path;
  }
  ServiceAccountAuthenticator make(std::vector<TokenKey> keys) {
    auto find = [this](std::string_view resource, const std::string& ns, const std::string& name) {
      auto found = objects_.find(std::string(resource) + "/" + ns + "/" + name);
      return found == objects_.end() ? std::optional<PresentObject>() : found->second;
    };
    return ServiceAccountAuthenticator({std::move(keys), {"https://issuer"}, {"https://issuer"}, find});
  }
  std::string token() { return sign_claims(key_, "https://issuer", claims_).value(); }
  /// The user's name, "" for nobody, or the error.
  std::string who(const ServiceAccountAuthenticator& authenticator, const std::string& token,
                  const std::vector<std::string>& audiences = {}) {
    auto identity = authenticator.identify(token, audiences);
    if (!identity) return identity.error().message;
    return identity->user == nullptr ? "" : identity->user->name;
  }

  std::string directory_;
  TokenKey key_;
  TokenClaims claims_;
  std::map<std::string, PresentObject> objects_;
};

constexpr char kRobot[] = "system:serviceaccount:n:robot";

TEST_F(ServiceAccountTokens, SayWhatKubernetesSays) {
  claims_.pod = {"p", "u2"};
  claims_.node = {"gone", ""};
  claims_.issued = claims_.not_before = 1000;
  claims_.expires = 2000;
  claims_.warn_after = 1500;
  auto jwt = parse_jwt(sign_claims(key_, "https://issuer", claims_).value());
  ASSERT_TRUE(jwt);
  EXPECT_EQ(jwt->algorithm, "ES256");
  EXPECT_EQ(jwt->key_id, key_.id);
  EXPECT_EQ(jwt->payload,
            R"({"aud":["https://issuer"],"exp":2000,"iat":1000,"iss":"https://issuer","jti":"id",)"
            R"("kubernetes.io":{"namespace":"n","node":{"name":"gone"},"pod":{"name":"p","uid":"u2"},)"
            R"("serviceaccount":{"name":"robot","uid":"u1"},"warnafter":1500},"nbf":1000,)"
            R"("sub":"system:serviceaccount:n:robot"})");
}

TEST_F(ServiceAccountTokens, AreRecognizedByEitherKindOfKey) {
  auto authenticator = make({key_});
  EXPECT_EQ(who(authenticator, token()), kRobot);
  std::string other = token();
  other.replace(other.size() - 8, 4, "AAAA");
  EXPECT_EQ(who(authenticator, other),
            "[invalid bearer token, go-jose/go-jose: error in cryptographic primitive]");
  key_ = read_signing_key(write("rsa.key", rsa_key())).value();
  EXPECT_EQ(key_.algorithm, "RS256");
  EXPECT_EQ(who(authenticator, token()), "[invalid bearer token, invalid signature, no keys found]");
  EXPECT_EQ(who(make({key_}), token()), kRobot);
  EXPECT_EQ(who(authenticator, sign_claims(key_, "https://else", claims_).value()), "") << "another issuer's";
  EXPECT_EQ(who(authenticator, "no.such.token"), "");
}

TEST_F(ServiceAccountTokens, TellWhoAndWhere) {
  claims_.pod = {"p", "u2"};
  claims_.node = {"here", "u3"};
  auto identity = make({key_}).identify(token(), {});
  ASSERT_TRUE(identity) << identity.error().message;
  EXPECT_EQ(identity->user->uid, "u1");
  EXPECT_EQ(identity->user->groups,
            (std::vector<std::string>{"system:serviceaccounts", "system:serviceaccounts:n",
                                      "system:authenticated"}));
  EXPECT_EQ(identity->user->extra, (std::map<std::string, std::vector<std::string>>{
                                       {"authentication.kubernetes.io/credential-id", {"JTI=id"}},
                                       {"authentication.kubernetes.io/node-name", {"here"}},
                                       {"authentication.kubernetes.io/node-uid", {"u3"}},
                                       {"authentication.kubernetes.io/pod-name", {"p"}},
                                       {"authentication.kubernetes.io/pod-uid", {"u2"}}}));
}

TEST_F(ServiceAccountTokens, EndWithTheirTimeAndAudience) {
  auto authenticator = make({key_});
  claims_.audiences = {"vault"};
  EXPECT_EQ(who(authenticator, token()),
            "[invalid bearer token, token audiences [\"vault\"] is invalid for the target audiences "
            "[\"https://issuer\"]]");
  EXPECT_EQ(who(authenticator, token(), {"vault"}), kRobot);
  claims_.audiences = {"https://issuer"};
  claims_.expires = meta::now_seconds() - 30;
  EXPECT_EQ(who(authenticator, token()), kRobot) << "clocks differ";
  claims_.expires = meta::now_seconds() - 90;
  EXPECT_EQ(who(authenticator, token()), "[invalid bearer token, service account token has expired]");
  claims_.expires += 7200;
  claims_.not_before = meta::now_seconds() + 90;
  EXPECT_EQ(who(authenticator, token()), "[invalid bearer token, service account token is not valid yet]");
}

TEST_F(ServiceAccountTokens, EndWithWhatTheyAreAbout) {
  auto authenticator = make({key_});
  claims_.pod = {"p", "u2"};
  std::string bound = token();
  EXPECT_EQ(who(authenticator, bound), kRobot);
  objects_["pods/n/p"].deleted = meta::now_seconds() + 30;
  EXPECT_EQ(who(authenticator, bound), kRobot) << "it has not ended yet";
  objects_["pods/n/p"] = {"u9", {}};
  EXPECT_EQ(who(authenticator, bound),
            "[invalid bearer token, pod UID (u9) does not match service account pod ref claim (u2)]");
  objects_.erase("pods/n/p");
  EXPECT_EQ(who(authenticator, bound), "[invalid bearer token, service account token has been invalidated]");
  objects_["serviceaccounts/n/robot"] = {"u8", {}};
  EXPECT_EQ(who(authenticator, bound),
            "[invalid bearer token, service account UID (u8) does not match claim (u1)]");
  objects_.clear();
  EXPECT_EQ(who(authenticator, bound), "[invalid bearer token, serviceaccounts \"robot\" not found]");
}

TEST_F(ServiceAccountTokens, KeysSayWhichFileIsOfNoUse) {
  auto none = read_token_keys(directory_ + "/absent");
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().message.find("/absent"), std::string::npos);
  EXPECT_FALSE(read_token_keys(write("text", "no key here")));
  http::tls::CertificateRequest request;
  request.common_name = "signer";
  auto certificate = write("cert.pem", http::tls::self_sign(request)->certificate);
  EXPECT_TRUE(read_token_keys(certificate));
  EXPECT_FALSE(read_signing_key(certificate)) << "it has no private half";
}

TEST(Base64Url, GoesBothWays) {
  for (std::string text : {"", "a", "ab", "abc", "\xff\xfe\xfd"}) {
    EXPECT_EQ(from_base64_url(base64_url(text)), text);
  }
  EXPECT_FALSE(from_base64_url("a+b/"));
  EXPECT_FALSE(from_base64_url("abcde"));
}

}  // namespace
}  // namespace pedalion::server::authn
