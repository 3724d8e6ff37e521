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
  EXPECT_NE(refused(configuration("secrets", "  - kms: {name: x}\n")).find("not there yet"),
            std::string::npos);
  EXPECT_NE(refused(configuration("secrets", "  - rot13: {}\n")).find("unknown provider"), std::string::npos);
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
