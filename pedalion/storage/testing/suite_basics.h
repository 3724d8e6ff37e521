#pragma once
// Suite, part: single keys, compare-and-swap, time to live, compaction's refusals, reopening.
#include <thread>

#include "pedalion/storage/testing/harness.h"

namespace pedalion::storage::testing {

using std::chrono::seconds;
using Texts = std::vector<std::string>;

TEST_P(StoreSuite, FreshStoreIsEmptyAtRevisionOne) {
  EXPECT_EQ(now(), 1u);
  expect_status(get("/a"), 404, "NotFound");
  auto all = list("");
  ASSERT_TRUE(all);
  EXPECT_TRUE(all->entries.empty());
  EXPECT_EQ(all->revision, 1u);
}

TEST_P(StoreSuite, CreateIsSeenByGet) {
  Revision revision = create("/a", "one");
  EXPECT_GT(revision, 1u);
  EXPECT_EQ(now(), revision);
  auto entry = get("/a");
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->key, "/a");
  EXPECT_EQ(entry->value.view(), "one");
  EXPECT_EQ(entry->revision, revision);
}

TEST_P(StoreSuite, CreateOfAnExistingKeyFails) {
  create("/a", "one");
  Revision before = now();
  expect_status(try_create("/a", "two"), 409, "AlreadyExists");
  EXPECT_EQ(now(), before) << "a refused write takes no revision";
  EXPECT_EQ(get("/a")->value.view(), "one");
}

TEST_P(StoreSuite, UpdateComparesTheRevision) {
  Revision first = create("/a", "one");
  Revision second = update("/a", "two", first);
  EXPECT_GT(second, first);
  expect_status(try_update("/a", "three", first), 409, "Conflict");
  expect_status(try_update("/a", "three", second + 100), 409, "Conflict");
  expect_status(try_update("/a", "three", 0), 409, "Conflict");
  expect_status(try_update("/b", "three", first), 404, "NotFound");
  EXPECT_EQ(get("/a")->value.view(), "two");
  EXPECT_EQ(get("/a")->revision, second);
  EXPECT_EQ(now(), second);
}

TEST_P(StoreSuite, RemoveComparesTheRevision) {
  Revision first = create("/a", "one");
  Revision second = update("/a", "two", first);
  expect_status(try_remove("/a", first), 409, "Conflict");
  expect_status(try_remove("/b", first), 404, "NotFound");
  Revision third = remove("/a", second);
  EXPECT_GT(third, second);
  expect_status(get("/a"), 404, "NotFound");
  expect_status(try_remove("/a", second), 404, "NotFound");
  EXPECT_GT(create("/a", "again"), third) << "the key may come back";
}

TEST_P(StoreSuite, KeysAndValuesAreBytes) {
  std::string key("/odd/\0\xff\n\x80", 9), value("\0\xff\r\n\"", 5);
  create(key, value);
  create("/odd/empty", "");
  EXPECT_EQ(get(key)->value.view(), value);
  EXPECT_EQ(get("/odd/empty")->value.view(), "");
  EXPECT_EQ(list("/odd/")->entries.size(), 2u);
  EXPECT_EQ(list("/odd/")->entries[0].key, key);
}

TEST_P(StoreSuite, BigValuesAreKeptAndTooBigOnesRefused) {
  std::string big(1 << 20, 'x');
  create("/big", big);
  EXPECT_EQ(get("/big")->value.view(), big);
  auto refused = try_create("/bigger", std::string(2 << 20, 'x'));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "etcdserver: request is too large");
  EXPECT_FALSE(try_create("", "no key"));
  expect_status(get("/bigger"), 404, "NotFound");
}

TEST_P(StoreSuite, EntriesExpire) {
  must(try_create("/brief", "one", seconds(1)));
  must(try_create("/long", "one", seconds(3600)));
  create("/forever", "one");
  EXPECT_TRUE(get("/brief"));
  for (int tenths = 0; tenths < 60 && get("/brief"); ++tenths)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  expect_status(get("/brief"), 404, "NotFound");
  EXPECT_EQ(to_texts(list("/")->entries), (Texts{"/forever=one", "/long=one"}));
  EXPECT_EQ(now(), 5u) << "expiry is a change like others";
}

TEST_P(StoreSuite, UpdateSetsTheTimeToLiveAnew) {
  Revision brief = must(try_create("/kept", "one", seconds(1)));
  Revision doomed = create("/doomed", "one");
  update("/kept", "two", brief);
  must(try_update("/doomed", "two", doomed, seconds(1)));
  for (int tenths = 0; tenths < 60 && get("/doomed"); ++tenths)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  expect_status(get("/doomed"), 404, "NotFound");
  EXPECT_EQ(get("/kept")->value.view(), "two");
}

TEST_P(StoreSuite, CompactionKeepsThePresent) {
  Revision first = create("/a", "one");
  Revision second = update("/a", "two", first);
  Revision third = create("/b", "one");
  Revision fourth = remove("/b", third);
  compact(second);
  EXPECT_EQ(to_texts(list("/", {.at = second})->entries), Texts{"/a=two"});
  expect_status(list("/", {.at = first}), 410, "Expired");
  compact(fourth);
  compact(first);  // forgotten already: nothing happens
  expect_status(list("/", {.at = third}), 410, "Expired");
  EXPECT_EQ(to_texts(list("/")->entries), Texts{"/a=two"});
  EXPECT_EQ(get("/a")->value.view(), "two");
  EXPECT_EQ(now(), fourth);
  expect_status(try_compact(fourth + 1), 504, "Timeout");
  update("/a", "three", second);
  EXPECT_EQ(to_texts(list("/", {.at = fourth})->entries), Texts{"/a=two"});
}

TEST_P(StoreSuite, ReopeningKeepsEverything) {
  if (!place_->persistent()) GTEST_SKIP() << "keeps nothing";
  Revision first = create("/a", "one");
  Revision second = update("/a", "two", first);
  must(try_create("/brief", "one", seconds(1)));
  must(try_create("/long", "one", seconds(3600)));
  Revision gone = remove("/long", now());
  reopen();
  EXPECT_EQ(get("/a")->value.view(), "two");
  EXPECT_EQ(get("/a")->revision, second);
  EXPECT_GE(now(), gone);
  EXPECT_EQ(to_texts(list("/", {.at = first})->entries), Texts{"/a=one"});
  expect_status(try_update("/a", "three", first), 409, "Conflict");
  for (int tenths = 0; tenths < 60 && get("/brief"); ++tenths)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  expect_status(get("/brief"), 404, "NotFound");
}

TEST_P(StoreSuite, RevisionsNeverGoBack) {
  if (!place_->persistent()) GTEST_SKIP() << "keeps nothing";
  Revision created = create("/a", "one");
  Revision removed = remove("/a", created);
  compact(removed);  // nothing is left that had this revision
  reopen();
  EXPECT_EQ(now(), removed);
  expect_status(list("/", {.at = created}), 410, "Expired");
  EXPECT_GT(create("/a", "two"), removed);
  reopen();
  EXPECT_EQ(now(), removed + 1);
}

}  // namespace pedalion::storage::testing
