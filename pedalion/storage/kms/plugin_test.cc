#include "pedalion/storage/kms/plugin.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "pedalion/storage/encryption/encrypted_object.h"
#include "pedalion/storage/encryption/encrypting_store.h"
#include "pedalion/storage/kms/testing/fake_kms.h"
#include "pedalion/storage/memory/memory_store.h"

namespace pedalion::storage::kms {
namespace {

using encryption::Kms;
using encryption::parse_encrypted_object;

class KmsTest : public ::testing::Test {
 protected:
  KmsTest() {
    char name[] = "/tmp/pedalion-kms-XXXXXX";
    directory_ = mkdtemp(name);
    service_ = std::make_unique<FakeKms>(directory_ + "/socket");
  }
  ~KmsTest() override { std::filesystem::remove_all(directory_); }

  std::shared_ptr<Kms> kms() {
    auto plugin = open_plugin("unix://" + directory_ + "/socket", std::chrono::milliseconds(500));
    EXPECT_TRUE(plugin) << plugin.error().message;
    return std::make_shared<Kms>("cloud", *std::move(plugin));
  }

  std::string directory_;
  std::unique_ptr<FakeKms> service_;
};

TEST_F(KmsTest, OpensWhatItSealedWithoutAskingAgain) {
  auto provider = kms();
  ASSERT_TRUE(provider->healthy()) << provider->healthy().error().message;
  EXPECT_EQ(provider->prefix(), "k8s:enc:kms:v2:cloud:");
  auto sealed = provider->to_storage("word", "/k");
  ASSERT_TRUE(sealed) << sealed.error().message;
  auto object = parse_encrypted_object(*sealed);
  ASSERT_TRUE(object);
  EXPECT_EQ(object->secret.key_id, "key-1");
  EXPECT_EQ(object->source, encryption::EncryptedObject::Source::kSeed);
  EXPECT_EQ(object->data.size(), 32u + 12 + 4 + 16) << "info, nonce, text, tag";
  auto opened = provider->from_storage(*sealed, "/k");
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->value, "word");
  EXPECT_FALSE(opened->stale);
  EXPECT_EQ(service_->decryptions(), 0);
  EXPECT_FALSE(provider->from_storage(*sealed, "/other")) << "the value is bound to its key";
}

TEST_F(KmsTest, AnotherServerAsksOncePerSeed) {
  auto first = kms(), second = kms();
  for (int i = 0; i < 3; ++i) {
    auto opened = second->from_storage(*first->to_storage("word", "/k"), "/k");
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_FALSE(opened->stale) << "its seed is another, its key the same";
  }
  EXPECT_EQ(service_->decryptions(), 1);
}

TEST_F(KmsTest, WhatAnOlderKeySealedIsStale) {
  auto provider = kms();
  std::string old = *provider->to_storage("word", "/k");
  service_->set_key("key-2");
  EXPECT_FALSE(provider->from_storage(old, "/k")->stale) << "not asked yet";
  provider->probe();
  EXPECT_TRUE(provider->from_storage(old, "/k")->stale);
  EXPECT_EQ(parse_encrypted_object(*provider->to_storage("word", "/k"))->secret.key_id, "key-2");
}

TEST_F(KmsTest, SaysWhenTheServiceIsNotWell) {
  service_->set_health("burning");
  auto provider = kms();
  ASSERT_FALSE(provider->healthy());
  EXPECT_NE(provider->healthy().error().message.find("got unexpected healthz status: burning"),
            std::string::npos);
  EXPECT_NE(provider->to_storage("word", "/k").error().message.find("got unexpected nil transformer"),
            std::string::npos);
  service_->set_health("ok");
  provider->probe();
  EXPECT_TRUE(provider->healthy());
  std::string sealed = *provider->to_storage("word", "/k");
  service_.reset();
  auto began = std::chrono::steady_clock::now();
  provider->probe();
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(3)) << "its time is limited";
  EXPECT_FALSE(provider->healthy());
  EXPECT_TRUE(provider->from_storage(sealed, "/k")) << "what is known needs nobody";
}

TEST_F(KmsTest, RefusesWhatWasChanged) {
  auto provider = kms();
  std::string sealed = *provider->to_storage(std::string(50, 'x'), "/k");
  for (std::size_t at = 0; at < sealed.size(); at += 3) {
    std::string changed = sealed;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    auto opened = provider->from_storage(changed, "/k");
    EXPECT_TRUE(!opened || opened->value == std::string(50, 'x'));
    auto cut = provider->from_storage(sealed.substr(0, at), "/k");
    EXPECT_FALSE(cut && cut->value != std::string(50, 'x'));
  }
}

TEST_F(KmsTest, StoresAskItOffTheLoops) {
  auto below = memory::make_store({});
  encryption::Rules rules;
  std::vector<std::shared_ptr<encryption::Transformer>> providers = {
      std::shared_ptr<encryption::Transformer>(kms())};
  rules["/s/"] = std::make_shared<const encryption::Chain>(std::move(providers));
  encryption::EncryptingStore store(*below, rules);
  ASSERT_TRUE(sync_wait(store.create("/s/a", Bytes(std::string("word")), {})));
  EXPECT_TRUE(sync_wait(below->get("/s/a"))->value.view().starts_with("k8s:enc:kms:v2:cloud:"));
  EXPECT_EQ(sync_wait(store.get("/s/a"))->value.view(), "word");
  EXPECT_EQ(sync_wait(store.list("/s/", {}))->entries.at(0).value.view(), "word");
  EXPECT_FALSE(*sync_wait(store.is_stale("/s/a")));
}

}  // namespace
}  // namespace pedalion::storage::kms
