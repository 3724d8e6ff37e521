#include "pedalion/server/openid.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/http/tls/certificates.h"

namespace pedalion::server {
namespace {

class OpenId : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = testing::TempDir() + "/openid-" + std::to_string(::getpid());
    std::filesystem::create_directories(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::string write(const std::string& name, std::string_view text) {
    auto path = directory_ + "/" + name;
    EXPECT_TRUE(http::tls::write_file(path, text, true));
    return path;
  }
  std::string directory_;
};

TEST_F(OpenId, DescribesTheKeysThatVerify) {
  http::tls::CertificateRequest request;
  request.common_name = "signer";
  auto pair = http::tls::self_sign(request);
  ASSERT_TRUE(pair);
  // The key, and the certificate that holds its public half: one key.
  auto keys_of = [this](const std::string& name, std::string_view pem) {
    return authn::read_token_keys(write(name, pem)).value().front();
  };
  auto made = OpenIdMetadata::make({"https://issuer",
                                    "https://issuer/openid/v1/jwks",
                                    {keys_of("key.pem", pair->key), keys_of("cert.pem", pair->certificate)}});
  EXPECT_EQ(made.configuration,
            R"({"issuer":"https://issuer","jwks_uri":"https://issuer/openid/v1/jwks",)"
            R"("response_types_supported":["id_token"],"subject_types_supported":["public"],)"
            R"("id_token_signing_alg_values_supported":["ES256"]})");
  auto keys = json::parse(made.key_set);
  ASSERT_TRUE(keys);
  const auto* list = keys->root.find("keys");
  ASSERT_EQ(list->size(), 1u);
  const auto& key = list->items()[0];
  EXPECT_EQ(key.string_at({"kty"}), "EC");
  EXPECT_EQ(key.string_at({"crv"}), "P-256");
  EXPECT_EQ(key.string_at({"x"}).size(), 43u);
  EXPECT_EQ(key.string_at({"kid"}).size(), 43u);
}

}  // namespace
}  // namespace pedalion::server
