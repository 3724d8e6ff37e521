#include "pedalion/controlplane/encryption.h"

#include <gtest/gtest.h>

#include <fstream>

#include "pedalion/controlplane/temporary_directory.h"
#include "pedalion/storage/memory/memory_store.h"

namespace pedalion::controlplane {
namespace {

std::string configuration(std::string_view resources, std::string_view providers) {
  return "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n- resources: [" +
         std::string(resources) + "]\n  providers:\n" + std::string(providers);
}

constexpr std::string_view kGcm =
    "  - aesgcm: {keys: [{name: k1, secret: MDEyMzQ1Njc4OWFiY2RlZg==}]}\n  - identity: {}\n";

/// The text's rules where nobody is asked for keys.
Result<storage::encryption::Rules> encryption_rules(std::string_view text, std::string_view key_prefix) {
  OpenKms nobody = [](const std::string&, auto) {
    return std::unexpected(Status(500, "InternalError", "there is none"));
  };
  TRY(EncryptionPlan plan, encryption_plan(text, key_prefix, nobody));
  return std::move(plan.rules);
}

std::vector<std::string> prefixes(const storage::encryption::Rules& rules) {
  std::vector<std::string> all;
  for (const auto& [prefix, chain] : rules) all.push_back(prefix);
  return all;
}

TEST(EncryptionConfiguration, NamesResources) {
  auto rules = encryption_rules(
      configuration("secrets, configmaps, deployments.apps, shirts.stable.example.com", kGcm), "/registry");
  ASSERT_TRUE(rules) << rules.error().message;
  EXPECT_EQ(prefixes(*rules),
            (std::vector<std::string>{"/registry/configmaps/", "/registry/deployments/", "/registry/secrets/",
                                      "/registry/stable.example.com/shirts/"}));
  EXPECT_GT(encryption_rules(configuration("'*.*'", kGcm), "/registry")->size(), 50u);
  EXPECT_EQ(encryption_rules(configuration("'*.apps'", kGcm), "/r")->size(), 5u);
}

TEST(EncryptionConfiguration, SaysWhatIsWrong) {
  auto refused = [](std::string_view text) {
    auto rules = encryption_rules(text, "/registry");
    return rules ? std::string("accepted") : rules.error().message;
  };
  EXPECT_NE(refused("{").find("yaml"), std::string::npos);
  EXPECT_NE(refused("kind: Pod").find("EncryptionConfiguration"), std::string::npos);
  EXPECT_NE(refused(configuration("secrets", "  - aescbc: {keys: [{name: k, secret: YWJj}]}\n"))
                .find("resources[0].providers[0].aescbc.keys[0].secret: Invalid value: \"REDACTED\": secret "
                      "is not of the expected "
                      "length, got 3, expected one of [16 24 32]"),
            std::string::npos);
  auto kms = [&](std::string_view members) {
    return refused(configuration("secrets", "  - kms: {" + std::string(members) + "}\n"));
  };
  EXPECT_NE(kms("name: x").find("KMSv1 is deprecated"), std::string::npos);
  EXPECT_NE(kms("apiVersion: v2, endpoint: 'unix:///a'").find("kms.name: Required"), std::string::npos);
  EXPECT_NE(kms("apiVersion: v2, name: 'a:b', endpoint: 'unix:///a'").find("must not contain ':'"),
            std::string::npos);
  EXPECT_NE(kms("apiVersion: v2, name: a, endpoint: 'tcp:///a'").find("only unix is supported"),
            std::string::npos);
  EXPECT_NE(kms("apiVersion: v2, name: a, endpoint: 'unix:///a', timeout: -1s").find("positive value"),
            std::string::npos);
  EXPECT_NE(kms("apiVersion: v2, name: a, endpoint: 'unix:///a'").find("there is none"), std::string::npos);
  EXPECT_NE(refused(configuration("secrets", "  - rot13: {}\n")).find("unknown provider"), std::string::npos);
}

class OpenSecret final : public storage::encryption::KmsPlugin {
 public:
  Result<storage::encryption::KmsStatus> status() override {
    return storage::encryption::KmsStatus{"v2", health, "k"};
  }
  Result<storage::encryption::SealedSecret> encrypt(const std::string& secret) override {
    return storage::encryption::SealedSecret{secret, "k", {}};
  }
  Result<std::string> decrypt(const storage::encryption::SealedSecret& sealed) override {
    return sealed.ciphertext;
  }
  std::string health = "ok";
};

TEST(Encryption, HasAHealthCheckForEachKeyManagementService) {
  TemporaryDirectory directory;
  std::string file = directory.path() + "/encryption.yaml";
  std::ofstream(file) << configuration("secrets",
                                       "  - kms: {apiVersion: v2, name: well, endpoint: 'unix:///well'}\n"
                                       "  - kms: {apiVersion: v2, name: ill, endpoint: 'unix:///ill'}\n");
  OpenKms open = [](const std::string& endpoint,
                    auto) -> Result<std::unique_ptr<storage::encryption::KmsPlugin>> {
    auto plugin = std::make_unique<OpenSecret>();
    if (endpoint == "unix:///ill") plugin->health = "ill";
    return plugin;
  };
  auto below = storage::memory::make_store({});
  auto encryption = Encryption::open(*below, {.file = file, .open_kms = open});
  ASSERT_TRUE(encryption) << encryption.error().message;
  auto checks = (*encryption)->checks();
  ASSERT_EQ(checks.size(), 2u);
  EXPECT_EQ(checks[1].name, "kms-provider-1");
  EXPECT_TRUE(checks[0].run());
  EXPECT_FALSE(checks[1].run());
  storage::Store& store = (*encryption)->store();
  ASSERT_TRUE(sync_wait(store.create("/registry/secrets/n/a", Bytes(std::string("x")), {})));
  EXPECT_TRUE(
      sync_wait(below->get("/registry/secrets/n/a"))->value.view().starts_with("k8s:enc:kms:v2:well:"));
  auto reloading = Encryption::open(*below, {.file = file, .reload = true, .open_kms = open});
  ASSERT_EQ((*reloading)->checks().size(), 1u);
  EXPECT_EQ((*reloading)->checks()[0].name, "kms-providers");
  EXPECT_FALSE((*reloading)->checks()[0].run());
}

TEST(Encryption, IsReadAgainWhenTheFileChanges) {
  TemporaryDirectory directory;
  std::string file = directory.path() + "/encryption.yaml";
  auto write = [&](std::string_view text) { std::ofstream(file, std::ios::trunc) << text; };
  write(configuration("secrets", "  - identity: {}\n"));
  auto below = storage::memory::make_store({});
  auto encryption = Encryption::open(*below, {.file = file});
  ASSERT_TRUE(encryption) << encryption.error().message;
  storage::Store& store = (*encryption)->store();
  ASSERT_TRUE(sync_wait(store.create("/registry/secrets/n/a", Bytes(std::string("x")), {})));
  EXPECT_EQ(sync_wait(below->get("/registry/secrets/n/a"))->value.view(), "x");
  write(configuration("secrets", kGcm));
  (*encryption)->reload();
  EXPECT_TRUE(*sync_wait(store.is_stale("/registry/secrets/n/a")));
  ASSERT_TRUE(sync_wait(store.create("/registry/secrets/n/b", Bytes(std::string("x")), {})));
  EXPECT_TRUE(
      sync_wait(below->get("/registry/secrets/n/b"))->value.view().starts_with("k8s:enc:aesgcm:v1:k1:"));
  write("nonsense");
  (*encryption)->reload();
  EXPECT_EQ(sync_wait(store.get("/registry/secrets/n/b"))->value.view(), "x");
}

}  // namespace
}  // namespace pedalion::controlplane
