#include "pedalion/registry/generic/basis.h"

#include <gtest/gtest.h>

#include "pedalion/watchcache/json_object_decoder.h"

namespace pedalion::registry::generic {
namespace {

using watchcache::Freshness;
using watchcache::ObjectPtr;

Status not_here() { return {500, "", "not in this test"}; }

/// One object, which is known in another state than it is stored in.
class LateCache final : public watchcache::Cache {
 public:
  ObjectPtr known, stored;
  int store_reads = 0;
  bool is_lost = false;  // the known state never comes

  Task<Result<void>> load() override { co_return Result<void>(); }
  Task<Result<ObjectPtr>> get(std::string, Freshness freshness) override {
    bool latest = freshness.kind == Freshness::Kind::kLatest;
    if (!latest && is_lost) co_return std::unexpected(not_here());
    store_reads += latest;
    co_return latest ? stored : known;
  }
  ObjectPtr peek(std::string_view) const override { return known; }
  Task<Result<watchcache::ListPage>> list(watchcache::ListQuery) override {
    co_return std::unexpected(not_here());
  }
  Task<Result<std::unique_ptr<watchcache::Subscription>>> watch(watchcache::WatchQuery) override {
    co_return std::unexpected(not_here());
  }
  storage::Revision revision() const override { return 0; }
  std::size_t size() const override { return 1; }
  const watchcache::CacheOptions& options() const override { return options_; }

 private:
  const watchcache::CacheOptions options_;
};

ObjectPtr object_at(storage::Revision revision) {
  static const watchcache::JsonObjectDecoder kDecoder;
  return kDecoder.decode("/registry/x/a", Bytes::of_static(R"({"metadata":{"name":"a"}})"), revision).value();
}

class BasisTest : public ::testing::Test {
 protected:
  ObjectPtr next() { return sync_wait(basis_.next()).value(); }
  bool was_latest() { return sync_wait(basis_.was_latest()).value(); }

  LateCache cache_;
  Basis basis_{cache_, "/registry/x/a", {.kind = Freshness::Kind::kAny}};
};

TEST_F(BasisTest, BeginsWithWhatIsKnown) {
  cache_.known = object_at(1);
  cache_.stored = object_at(2);
  EXPECT_EQ(next(), cache_.known);
  EXPECT_EQ(cache_.store_reads, 0);
  EXPECT_EQ(next(), cache_.stored) << "after a conflict";
  EXPECT_TRUE(was_latest());
  EXPECT_EQ(cache_.store_reads, 1);
}

TEST_F(BasisTest, WhatIsOldDecidesNothing) {
  cache_.known = object_at(1);
  cache_.stored = object_at(2);
  next();
  EXPECT_FALSE(was_latest());
  EXPECT_EQ(next(), cache_.stored);
  EXPECT_EQ(cache_.store_reads, 1);
}

TEST_F(BasisTest, WhatIsGoneDecidesNothing) {
  cache_.known = object_at(1);
  next();
  EXPECT_FALSE(was_latest());
  EXPECT_EQ(next(), nullptr);
}

TEST_F(BasisTest, WhatIsStillStoredDecides) {
  cache_.known = cache_.stored = object_at(1);
  next();
  EXPECT_TRUE(was_latest());
}

TEST_F(BasisTest, AsksTheStoreForWhatIsNotKnown) {
  cache_.stored = object_at(2);
  EXPECT_EQ(next(), cache_.stored);
  EXPECT_TRUE(was_latest());
  EXPECT_EQ(cache_.store_reads, 1);
}

TEST_F(BasisTest, AsksTheStoreWhenTheCacheFails) {
  cache_.stored = object_at(2);
  cache_.is_lost = true;
  EXPECT_EQ(next(), cache_.stored);
}

}  // namespace
}  // namespace pedalion::registry::generic
