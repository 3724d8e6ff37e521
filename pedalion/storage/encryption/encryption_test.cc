#include <gtest/gtest.h>

#include "pedalion/storage/encryption/encrypting_store.h"
#include "pedalion/storage/memory/memory_store.h"
#include "pedalion/storage/testing/store_suite.h"

namespace pedalion::storage::encryption {
namespace {

const NamedKey kOld{"old", std::string(32, 'o')}, kNew{"new", std::string(32, 'n')},
    kShort{"short", std::string(16, 's')};

std::unique_ptr<Transformer> make(std::string_view provider, std::vector<NamedKey> keys) {
  return provider == "aescbc"   ? aes_cbc(std::move(keys))
         : provider == "aesgcm" ? aes_gcm(std::move(keys))
                                : secretbox(std::move(keys));
}

Chain chain_of(std::unique_ptr<Transformer> first, std::unique_ptr<Transformer> second = nullptr) {
  std::vector<std::shared_ptr<Transformer>> all;
  all.push_back(std::move(first));
  if (second) all.push_back(std::move(second));
  return Chain(std::move(all));
}

class Providers : public ::testing::TestWithParam<std::string> {};

TEST_P(Providers, OpenWhatTheySealed) {
  Chain chain = chain_of(make(GetParam(), {kNew}));
  for (std::size_t size : {0, 1, 15, 16, 17, 1000, 100000}) {
    std::string plain(size, 'x');
    auto sealed = chain.to_storage(plain, "/k");
    ASSERT_TRUE(sealed);
    EXPECT_TRUE(sealed->starts_with("k8s:enc:" + GetParam() + ":v1:new:")) << *sealed;
    EXPECT_NE(*sealed, *chain.to_storage(plain, "/k")) << "a nonce is used once";
    auto opened = chain.from_storage(*sealed, "/k");
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(opened->value, plain);
    EXPECT_FALSE(opened->stale);
  }
}

TEST_P(Providers, OldKeysReadAndAreStale) {
  auto sealed = chain_of(make(GetParam(), {kOld})).to_storage("word", "/k");
  auto opened = chain_of(make(GetParam(), {kNew, kOld})).from_storage(*sealed, "/k");
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->value, "word");
  EXPECT_TRUE(opened->stale);
  EXPECT_FALSE(chain_of(make(GetParam(), {kNew})).from_storage(*sealed, "/k"));
}

TEST_P(Providers, WrongKeysAndChangedValuesFail) {
  Chain right = chain_of(make(GetParam(), {kNew}));
  NamedKey impostor{"new", std::string(32, 'i')};
  std::string sealed = *right.to_storage(std::string(100, 'x'), "/k");
  auto opened = chain_of(make(GetParam(), {impostor})).from_storage(sealed, "/k");
  EXPECT_FALSE(opened && opened->value == std::string(100, 'x'));
  for (std::size_t size = 0; size < sealed.size(); size += 7)
    EXPECT_FALSE(right.from_storage(sealed.substr(0, size), "/k"));
}

INSTANTIATE_TEST_SUITE_P(All, Providers, ::testing::Values("aescbc", "aesgcm", "secretbox"));

TEST(AesGcm, BindsTheValueToItsKey) {
  Chain chain = chain_of(aes_gcm({kShort}));
  EXPECT_FALSE(chain.from_storage(*chain.to_storage("word", "/a"), "/b"));
}

TEST(AesCbc, OpensWhatWasWrittenElsewhere) {
  // openssl enc -aes-128-cbc -K 00…0f -iv 10…1f of "hello", behind its IV.
  std::string key, iv;
  for (char c = 0; c < 16; ++c) key += c, iv += static_cast<char>(0x10 + c);
  const unsigned char cipher[] = {0x32, 0xf6, 0xd6, 0xea, 0x1e, 0xc8, 0x87, 0x2d,
                                  0xeb, 0xcc, 0xea, 0x85, 0x96, 0xd9, 0xc3, 0xc3};
  std::string sealed =
      "k8s:enc:aescbc:v1:k:" + iv + std::string(reinterpret_cast<const char*>(cipher), sizeof cipher);
  auto opened = chain_of(aes_cbc({{"k", key}})).from_storage(sealed, "/k");
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->value, "hello");
}

TEST(Identity, RefusesWhatIsEncrypted) {
  Chain plain = chain_of(identity());
  EXPECT_EQ(plain.from_storage("word", "/k")->value, "word");
  EXPECT_FALSE(plain.from_storage("k8s:enc:aescbc:v1:k:xx", "/k"));
  Chain migrating = chain_of(aes_gcm({kNew}), identity());
  EXPECT_TRUE(migrating.from_storage("word", "/k")->stale);
}

TEST(EncryptingStore, EncryptsWhatItsRulesName) {
  auto below = memory::make_store({});
  Rules rules;
  rules["/registry/secrets/"] = std::make_shared<const Chain>(chain_of(aes_gcm({kNew}), identity()));
  EncryptingStore store(*below, std::move(rules));
  ASSERT_TRUE(sync_wait(below->create("/registry/secrets/n/old", Bytes(std::string("plain")), {})));
  ASSERT_TRUE(sync_wait(store.create("/registry/secrets/n/a", Bytes(std::string("hush")), {})));
  ASSERT_TRUE(sync_wait(store.create("/registry/pods/n/a", Bytes(std::string("loud")), {})));
  EXPECT_TRUE(
      sync_wait(below->get("/registry/secrets/n/a"))->value.view().starts_with("k8s:enc:aesgcm:v1:new:"));
  EXPECT_EQ(sync_wait(below->get("/registry/pods/n/a"))->value.view(), "loud");
  EXPECT_EQ(sync_wait(store.get("/registry/secrets/n/a"))->value.view(), "hush");
  EXPECT_FALSE(*sync_wait(store.is_stale("/registry/secrets/n/a")));
  EXPECT_TRUE(*sync_wait(store.is_stale("/registry/secrets/n/old")));
  EXPECT_FALSE(*sync_wait(store.is_stale("/registry/pods/n/a")));
}

class EncryptedPlace final : public testing::Place {
 public:
  std::unique_ptr<Store> open() override {
    struct Whole final : Store {
      std::unique_ptr<Store> below = memory::make_store({});
      std::unique_ptr<EncryptingStore> above;
      Task<Result<Entry>> get(std::string key) override { return above->get(std::move(key)); }
      Task<Result<ListResult>> list(std::string prefix, ListOptions options) override {
        return above->list(std::move(prefix), std::move(options));
      }
      Task<Result<Revision>> create(std::string key, Bytes value,
                                    std::optional<std::chrono::seconds> ttl) override {
        return above->create(std::move(key), std::move(value), ttl);
      }
      Task<Result<Revision>> update(std::string key, Bytes value, Revision expected,
                                    std::optional<std::chrono::seconds> ttl) override {
        return above->update(std::move(key), std::move(value), expected, ttl);
      }
      Task<Result<Revision>> remove(std::string key, Revision expected) override {
        return above->remove(std::move(key), expected);
      }
      Result<std::unique_ptr<Watch>> watch(std::string prefix, Revision after, WatchSink& sink) override {
        return above->watch(std::move(prefix), after, sink);
      }
      Task<Result<void>> compact(Revision revision) override { return above->compact(revision); }
      Task<Result<Revision>> current_revision(std::string prefix) override {
        return above->current_revision(std::move(prefix));
      }
    };
    auto whole = std::make_unique<Whole>();
    Rules rules;
    rules["/"] = std::make_shared<const Chain>(chain_of(secretbox({kNew})));
    whole->above = std::make_unique<EncryptingStore>(*whole->below, std::move(rules));
    return whole;
  }
  bool persistent() const override { return false; }
};

}  // namespace
}  // namespace pedalion::storage::encryption

namespace pedalion::storage::testing {
INSTANTIATE_TEST_SUITE_P(Encrypted, StoreSuite,
                         ::testing::Values(StoreUnderTest{
                             "encrypted", [] { return std::make_unique<encryption::EncryptedPlace>(); }}));
}  // namespace pedalion::storage::testing
