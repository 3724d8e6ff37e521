#include "pedalion/watchcache/cache.h"

#include <gmock/gmock.h>

#include "pedalion/storage/memory/memory_store.h"
#include "pedalion/watchcache/faulty_store.h"
#include "pedalion/watchcache/json_object_decoder.h"
#include "pedalion/watchcache/test_loop.h"

namespace pedalion::watchcache {
namespace {

using std::chrono_literals::operator""ms;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Reader;
using testing::TestLoop;
using Kind = Freshness::Kind;

constexpr std::string_view kPrefix = "/registry/pods/";

class CacheTest : public ::testing::Test {
 protected:
  CacheTest() { make_cache({}); }

  void make_cache(CacheOptions options) {
    options.prefix = kPrefix;
    options.field_names = decoder_.labels();
    options.resource_text = "pods";
    cache_ = Cache::create(store_, decoder_, std::move(options));
  }

  /// Keys are "ns/name"; `label` and `node` may be empty.
  static Bytes value(std::string_view key, std::string_view label, std::string_view node) {
    std::string ns(key.substr(0, key.find('/'))), name(key.substr(key.find('/') + 1));
    std::string text =
        R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":")" + name + R"(","namespace":")" + ns + "\"";
    if (!label.empty()) text += R"(,"labels":{"l":")" + std::string(label) + "\"}";
    return Bytes(text + R"(},"spec":{"nodeName":")" + std::string(node) + "\"}}");
  }
  /// Creates or updates.
  Revision put(std::string_view key, std::string_view label = {}, std::string_view node = {}) {
    std::string full = std::string(kPrefix) + std::string(key);
    auto current = sync_wait(store_.get(full));
    auto written = current ? sync_wait(store_.update(full, value(key, label, node), current->revision, {}))
                           : sync_wait(store_.create(full, value(key, label, node), {}));
    EXPECT_TRUE(written) << written.error().message;
    return *written;
  }
  Revision remove(std::string_view key) {
    std::string full = std::string(kPrefix) + std::string(key);
    return *sync_wait(store_.remove(full, sync_wait(store_.get(full))->revision));
  }
  Revision put_elsewhere() {
    return *sync_wait(store_.create("/registry/x/" + std::to_string(++elsewhere_), Bytes(), {}));
  }

  static Selection select(std::string_view scope = {}, std::string_view labels = {},
                          std::string_view fields = {}) {
    Selection selection;
    selection.prefix = std::string(kPrefix) + std::string(scope);
    selection.single = !scope.empty() && scope.back() != '/';
    selection.labels = *selector::LabelSelector::parse(labels);
    selection.fields = *selector::FieldSelector::parse(fields);
    return selection;
  }
  Result<ListPage> list(ListQuery query) {
    return loop_.run_task([&] { return cache_->list(query); });
  }
  static std::vector<std::string> texts(const Result<ListPage>& page) {
    if (!page) return {"ERROR " + std::to_string(page.error().code) + " " + page.error().message};
    std::vector<std::string> texts;
    for (const ObjectPtr& object : page->items)
      texts.push_back(std::string(object->ns) + "/" + std::string(object->name) + "@" +
                      std::to_string(object->revision));
    return texts;
  }
  Result<ObjectPtr> get(std::string_view key, Freshness freshness) {
    return loop_.run_task([&] { return cache_->get(std::string(kPrefix) + std::string(key), freshness); });
  }

  TestLoop loop_;  // outlives what posts to it
  std::unique_ptr<storage::Store> memory_ = storage::memory::make_store({.compaction_interval = 0ms});
  FaultyStore store_{*memory_};
  JsonObjectDecoder decoder_{{{"spec.nodeName", "spec.nodeName", "", ""}}};
  std::unique_ptr<Cache> cache_;
  int elsewhere_ = 0;
};

TEST_F(CacheTest, IsEmptyUntilItIsUsed) {
  put("n/a");
  EXPECT_EQ(cache_->peek("/registry/pods/n/a"), nullptr);
  EXPECT_EQ(cache_->revision(), 0u);
  EXPECT_EQ(store_.lists(), 0);
  ASSERT_TRUE(loop_.run_task([&] { return cache_->load(); }));
  ASSERT_TRUE(loop_.run_task([&] { return cache_->load(); }));
  EXPECT_EQ(store_.lists(), 1);
  EXPECT_EQ(cache_->size(), 1u);
  EXPECT_EQ(cache_->peek("/registry/pods/n/a")->name, "a");
}

TEST_F(CacheTest, LoadsOnceForAllThatWait) {
  for (int index = 0; index < 10500; ++index) put("n/" + std::to_string(index));
  std::vector<std::thread> threads;
  for (int index = 0; index < 4; ++index) {
    threads.emplace_back([&] { EXPECT_TRUE(sync_wait(cache_->load())); });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(cache_->size(), 10500u);
  EXPECT_EQ(store_.lists(), 2);  // pages
}

TEST_F(CacheTest, TellsWhyItCannotLoadAndTriesAgain) {
  store_.fail_lists(Status(500, "InternalError", "no disk"));
  auto failed = list({.selection = select()});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "no disk");
  store_.fail_lists({});
  EXPECT_TRUE(list({.selection = select()}));
}

TEST_F(CacheTest, GetsTheLatest) {
  Revision first = put("n/a", "x");
  EXPECT_EQ((*get("n/a", {}))->revision, first);
  Revision second = put("n/a", "y");
  auto object = *get("n/a", {});
  EXPECT_EQ(object->revision, second);
  EXPECT_EQ(object->labels.front().second, "y");
  remove("n/a");
  EXPECT_EQ(*get("n/a", {}), nullptr);
  EXPECT_EQ(*get("n/b", {}), nullptr);
}

TEST_F(CacheTest, WaitsForWhatIsNotOlder) {
  Revision now = put("n/a");
  EXPECT_EQ((*get("n/a", {Kind::kNotOlderThan, now}))->revision, now);
  std::thread later([&] {
    std::this_thread::sleep_for(100ms);
    put_elsewhere();
    put("n/a");
  });
  EXPECT_EQ((*get("n/a", {Kind::kNotOlderThan, now + 2}))->revision, now + 2);
  later.join();
}

TEST_F(CacheTest, RefusesTheFuture) {
  Revision now = put("n/a");
  auto began = std::chrono::steady_clock::now();
  auto failed = get("n/a", {Kind::kNotOlderThan, 9000});
  EXPECT_GE(std::chrono::steady_clock::now() - began, 2900ms);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, 504);
  EXPECT_EQ(failed.error().message,
            "Timeout: Too large resource version: 9000, current: " + std::to_string(now));
  EXPECT_EQ(failed.error().details()->retry_after_seconds, 1);
  EXPECT_EQ(failed.error().details()->causes.front().reason, "ResourceVersionTooLarge");
  auto exact = list({.selection = select(), .freshness = {Kind::kExact, 9000}});
  ASSERT_FALSE(exact);
  EXPECT_EQ(exact.error().code, 504);
  EXPECT_EQ(exact.error().details()->retry_after_seconds, 0);
}

TEST_F(CacheTest, ListsBySelection) {
  Revision a = put("n/a", "x", "m1"), b = put("n/b", "y", "m1"), c = put("o/a", "x", "m2");
  auto at = [](std::string_view text, Revision revision) {
    return std::string(text) + "@" + std::to_string(revision);
  };
  EXPECT_THAT(texts(list({.selection = select()})), ElementsAre(at("n/a", a), at("n/b", b), at("o/a", c)));
  EXPECT_THAT(texts(list({.selection = select("n/")})), ElementsAre(at("n/a", a), at("n/b", b)));
  EXPECT_THAT(texts(list({.selection = select("n/b")})), ElementsAre(at("n/b", b)));
  EXPECT_THAT(texts(list({.selection = select("n/c")})), IsEmpty());
  EXPECT_THAT(texts(list({.selection = select("", "l=x")})), ElementsAre(at("n/a", a), at("o/a", c)));
  EXPECT_THAT(texts(list({.selection = select("n/", "l!=x")})), ElementsAre(at("n/b", b)));
  EXPECT_THAT(texts(list({.selection = select("", "", "spec.nodeName=m1")})),
              ElementsAre(at("n/a", a), at("n/b", b)));
  EXPECT_THAT(texts(list({.selection = select("", "", "metadata.name=a,metadata.namespace!=n")})),
              ElementsAre(at("o/a", c)));
}

TEST_F(CacheTest, ReportsTheRevisionThatAListIsOf) {
  put("n/a");
  EXPECT_EQ(list({.selection = select()})->revision, 2u);
  Revision elsewhere = put_elsewhere();
  EXPECT_EQ(list({.selection = select()})->revision, elsewhere);
  EXPECT_EQ(list({.selection = select(), .freshness = {Kind::kAny}})->revision, elsewhere);
}

TEST_F(CacheTest, ListsByPages) {
  for (std::string_view key : {"m/z", "n/a", "n/b", "n/c", "n/d", "o/a"}) put(key, key == "n/c" ? "x" : "y");
  ListQuery query{.selection = select("n/"), .limit = 2};
  auto page = list(query);
  EXPECT_THAT(texts(page), ElementsAre("n/a@3", "n/b@4"));
  EXPECT_TRUE(page->more);
  EXPECT_EQ(page->remaining, 2u);
  Revision revision = page->revision;
  put("n/aa");
  remove("n/c");
  query.start_after = page->items.back()->key;
  query.freshness = {Kind::kExact, revision};
  page = list(query);
  EXPECT_THAT(texts(page), ElementsAre("n/c@5", "n/d@6"));
  EXPECT_FALSE(page->more);
  EXPECT_EQ(page->remaining, std::nullopt);
  EXPECT_EQ(page->revision, revision);
  // With selectors nobody knows how many remain.
  page = list({.selection = select("n/", "l=x"), .freshness = {Kind::kExact, revision}, .limit = 1});
  EXPECT_THAT(texts(page), ElementsAre("n/c@5"));
  EXPECT_TRUE(page->more);
  EXPECT_EQ(page->remaining, std::nullopt);
}

TEST_F(CacheTest, ListsThePast) {
  put("n/before");                             // 2
  ASSERT_TRUE(list({.selection = select()}));  // the history begins at 2
  put("n/a", "x");                             // 3
  put("n/a", "y");                             // 4
  put("n/b", "x");                             // 5
  remove("n/a");                               // 6
  auto at = [&](Revision revision, std::string_view labels = {}) {
    return texts(list({.selection = select("", labels), .freshness = {Kind::kExact, revision}}));
  };
  int lists = store_.lists();
  EXPECT_THAT(at(2), ElementsAre("n/before@2"));
  EXPECT_THAT(at(3), ElementsAre("n/a@3", "n/before@2"));
  EXPECT_THAT(at(4), ElementsAre("n/a@4", "n/before@2"));
  EXPECT_THAT(at(5), ElementsAre("n/a@4", "n/b@5", "n/before@2"));
  EXPECT_THAT(at(5, "l=x"), ElementsAre("n/b@5"));
  EXPECT_THAT(at(6), ElementsAre("n/b@5", "n/before@2"));
  EXPECT_EQ(store_.lists(), lists);
}

TEST_F(CacheTest, ListsManyPagesOfOneRevisionUnderManyWrites) {
  std::vector<std::string> all, seen;
  for (int index = 100; index < 900; ++index) put("n/" + std::to_string(index));
  auto page = list({.selection = select("n/"), .limit = 100});
  for (int index = 100; index < 900; ++index)
    all.push_back("n/" + std::to_string(index) + "@" + std::to_string(index - 98));
  ListQuery query{.selection = select("n/"), .freshness = {Kind::kExact, page->revision}, .limit = 100};
  seen = texts(page);
  while (page->more) {
    for (int index = 0; index < 100; ++index) put("n/" + std::to_string(800 - index * 7), "x");
    remove("n/" + std::to_string(899 - seen.size() / 100));
    query.start_after = page->items.back()->key;
    page = list(query);
    auto more = texts(page);
    seen.insert(seen.end(), more.begin(), more.end());
  }
  EXPECT_EQ(seen, all);
  // Another selection of that revision is made on its own.
  EXPECT_THAT(texts(list({.selection = select("n/111"), .freshness = query.freshness})),
              ElementsAre("n/111@13"));
}

TEST_F(CacheTest, GivesUpAFeedThatAlwaysBreaks) {
  put("n/a");
  Reader reader(loop_, *cache_, {.selection = select()});
  reader.wait_for(1);
  for (int attempt = 0; attempt < 4; ++attempt) {
    store_.break_watches(Status(500, "InternalError", "broken"));
    while (attempt < 3 && !store_.watched()) std::this_thread::yield();
  }
  EXPECT_THAT(reader.wait_for(2), ElementsAre("ADDED a@2", "END"));
  EXPECT_THAT(texts(list({.selection = select()})), ElementsAre("n/a@2"));
}

TEST_F(CacheTest, AsksTheStoreForWhatItForgot) {
  for (std::string_view key : {"n/a", "n/b", "n/c", "n/d"}) put(key, key < "n/c" ? "x" : "y");  // 2 to 5
  remove("n/a");
  ASSERT_TRUE(list({.selection = select()}));  // the history begins at 6
  auto page = list({.selection = select(), .freshness = {Kind::kExact, 5}, .limit = 3});
  EXPECT_THAT(texts(page), ElementsAre("n/a@2", "n/b@3", "n/c@4"));
  EXPECT_TRUE(page->more);
  EXPECT_EQ(page->remaining, 1u);
  EXPECT_EQ(page->revision, 5u);
  page = list({.selection = select(),
               .freshness = {Kind::kExact, 5},
               .start_after = page->items.back()->key,
               .limit = 3});
  EXPECT_THAT(texts(page), ElementsAre("n/d@5"));
  EXPECT_FALSE(page->more);
  EXPECT_THAT(texts(list({.selection = select("", "l=y"), .freshness = {Kind::kExact, 4}})),
              ElementsAre("n/c@4"));
  ASSERT_TRUE(sync_wait(store_.compact(5)));
  page = list({.selection = select(), .freshness = {Kind::kExact, 4}});
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, 410);
  EXPECT_EQ(page.error().reason, "Expired");
  EXPECT_EQ(page.error().message, "The resourceVersion for the provided list is too old.");
}

TEST_F(CacheTest, LeavesOutWhatIsCorrupt) {
  put("n/a");
  std::string key = std::string(kPrefix) + "n/bad";
  Revision bad = *sync_wait(store_.create(key, Bytes::of_static("{"), {}));
  EXPECT_THAT(texts(list({.selection = select()})), ElementsAre("n/a@2"));
  Reader reader(loop_, *cache_, {.selection = select(), .freshness = {Kind::kNotOlderThan, bad}});
  Revision good = *sync_wait(store_.update(key, value("n/bad", "", ""), bad, {}));
  bad = *sync_wait(store_.update(key, Bytes::of_static("["), good, {}));
  EXPECT_THAT(reader.wait_for(2), ElementsAre("ADDED bad@4", "DELETED bad@5"));
  EXPECT_THAT(texts(list({.selection = select()})), ElementsAre("n/a@2"));
}

TEST_F(CacheTest, WatchesFromARevision) {
  Revision first = put("n/a");
  ASSERT_TRUE(list({.selection = select()}));
  put("n/b");
  Reader reader(loop_, *cache_, {.selection = select(), .freshness = {Kind::kNotOlderThan, first}});
  EXPECT_THAT(reader.wait_for(1), ElementsAre("ADDED b@3"));
  put("n/b", "x");
  remove("n/a");
  put("o/c");
  EXPECT_THAT(reader.wait_for(4), ElementsAre("ADDED b@3", "MODIFIED b@4", "DELETED a@5", "ADDED c@6"));
  EXPECT_EQ(
      reader.objects()[2]->json.view(),
      R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","namespace":"n","resourceVersion":"5"},"spec":{"nodeName":""}})");
}

TEST_F(CacheTest, SharesEventsBetweenWatchers) {
  put("n/a");
  Reader one(loop_, *cache_, {.selection = select()});
  Reader two(loop_, *cache_, {.selection = select("n/")});
  remove("n/a");
  EXPECT_THAT(one.wait_for(2), ElementsAre("ADDED a@2", "DELETED a@3"));
  two.wait_for(2);
  EXPECT_EQ(one.objects()[1], two.objects()[1]);
}

TEST_F(CacheTest, WatchesByScope) {
  put("n/a");
  Reader all(loop_, *cache_, {.selection = select(), .freshness = {Kind::kNotOlderThan, 2}});
  Reader of_namespace(loop_, *cache_, {.selection = select("n/"), .freshness = {Kind::kNotOlderThan, 2}});
  Reader of_key(loop_, *cache_, {.selection = select("n/b"), .freshness = {Kind::kNotOlderThan, 2}});
  Reader of_prefix(loop_, *cache_, {.selection = select("n/b/"), .freshness = {Kind::kNotOlderThan, 2}});
  put("n/b");
  put("n/bb");
  put("o/b");
  EXPECT_THAT(all.wait_for(3), ElementsAre("ADDED b@3", "ADDED bb@4", "ADDED b@5"));
  EXPECT_THAT(of_namespace.wait_for(2), ElementsAre("ADDED b@3", "ADDED bb@4"));
  EXPECT_THAT(of_key.wait_for(1), ElementsAre("ADDED b@3"));
  EXPECT_THAT(of_prefix.wait_for(0), IsEmpty());
}

TEST_F(CacheTest, TurnsSelectorChangesIntoAddedAndDeleted) {
  put("n/a", "y", "m1");
  Reader labels(loop_, *cache_, {.selection = select("", "l=x"), .freshness = {Kind::kNotOlderThan, 2}});
  Reader fields(loop_, *cache_, {.selection = select("", "", "spec.nodeName=m1"), .freshness = {Kind::kAny}});
  put("n/a", "x", "m1");  // 3
  put("n/a", "x", "m2");  // 4
  put("n/a", "z", "m2");  // 5
  put("n/a", "x", "m1");  // 6
  remove("n/a");          // 7
  EXPECT_THAT(labels.wait_for(5),
              ElementsAre("ADDED a@3", "MODIFIED a@4", "DELETED a@5", "ADDED a@6", "DELETED a@7"));
  EXPECT_THAT(fields.wait_for(5),
              ElementsAre("ADDED a@2", "MODIFIED a@3", "DELETED a@4", "ADDED a@6", "DELETED a@7"));
  // The state before, at the revision that took it away.
  EXPECT_THAT(labels.objects()[2]->json.view(), ::testing::HasSubstr(R"("l":"x")"));
}

TEST_F(CacheTest, BeginsWithTheState) {
  put("n/b");
  put("n/a");
  for (Freshness freshness : {Freshness{}, Freshness{Kind::kAny}, Freshness{Kind::kNotOlderThan, 0}}) {
    Reader reader(loop_, *cache_, {.selection = select(), .freshness = freshness, .bookmarks = true});
    EXPECT_THAT(reader.wait_for(3), ElementsAre("ADDED a@3", "ADDED b@2", "BOOKMARK @3 end"));
  }
  Reader silent(loop_, *cache_, {.selection = select("", "", "metadata.name=b")});
  EXPECT_THAT(silent.wait_for(1), ElementsAre("ADDED b@2"));
  Reader asked(loop_, *cache_,
               {.selection = select("n/a"),
                .freshness = {Kind::kNotOlderThan, 1},
                .bookmarks = true,
                .send_initial_events = true});
  EXPECT_THAT(asked.wait_for(2), ElementsAre("ADDED a@3", "BOOKMARK @3 end"));
  Reader refused(loop_, *cache_, {.selection = select(), .send_initial_events = false});
  put("n/c");
  EXPECT_THAT(silent.wait_for(0), ElementsAre("ADDED b@2"));
  EXPECT_THAT(refused.wait_for(1), ElementsAre("ADDED c@4"));
}

TEST_F(CacheTest, RefusesWhatIsTooOld) {
  put("n/a");
  put("n/a");
  ASSERT_TRUE(list({.selection = select()}));
  Reader reader(loop_, *cache_, {.selection = select(), .freshness = {Kind::kNotOlderThan, 1}});
  EXPECT_THAT(reader.wait_for(2), ElementsAre("ERROR 410 too old resource version: 1 (3)", "END"));
}

TEST_F(CacheTest, ForgetsTheOldest) {
  make_cache({.history = std::chrono::seconds(0), .history_limit = 200});
  Revision begin = put("n/a");
  ASSERT_TRUE(list({.selection = select()}));
  for (int index = 0; index < 100; ++index) put("n/a");
  Reader all(loop_, *cache_, {.selection = select(), .freshness = {Kind::kNotOlderThan, begin}});
  EXPECT_EQ(all.wait_for(100).size(), 100u);
  put("n/a");
  Reader late(loop_, *cache_, {.selection = select(), .freshness = {Kind::kNotOlderThan, begin}});
  EXPECT_THAT(late.wait_for(1).front(), "ERROR 410 too old resource version: 2 (3)");
}

TEST_F(CacheTest, WaitsForTheFutureInSilence) {
  put("n/a");
  Reader reader(loop_, *cache_, {.selection = select(), .freshness = {Kind::kNotOlderThan, 4}});
  put("n/a");
  put("n/a");
  put("n/a");
  EXPECT_THAT(reader.wait_for(1), ElementsAre("MODIFIED a@5"));
  Reader state(
      loop_, *cache_,
      {.selection = select(), .freshness = {Kind::kNotOlderThan, 9000}, .send_initial_events = true});
  EXPECT_THAT(state.wait_for(2),
              ElementsAre("ERROR 504 Timeout: Too large resource version: 9000, current: 5", "END"));
}

TEST_F(CacheTest, SendsBookmarksWhenThereIsProgress) {
  make_cache({.bookmark_interval = 50ms});
  put("n/a");
  Reader reader(
      loop_, *cache_,
      {.selection = select("", "l=none"), .freshness = {Kind::kNotOlderThan, 2}, .bookmarks = true});
  std::this_thread::sleep_for(200ms);
  EXPECT_THAT(reader.wait_for(0), IsEmpty());
  put("n/a", "x");
  EXPECT_THAT(reader.wait_for(1), ElementsAre("BOOKMARK @3"));
  put_elsewhere();
  EXPECT_THAT(reader.wait_for(2), ElementsAre("BOOKMARK @3", "BOOKMARK @4"));
  put("n/b", "none");
  EXPECT_THAT(reader.wait_for(3), ElementsAre("BOOKMARK @3", "BOOKMARK @4", "ADDED b@5"));
  std::this_thread::sleep_for(200ms);
  EXPECT_EQ(reader.wait_for(0).size(), 3u);
}

TEST_F(CacheTest, EndsInTimeWithABookmarkBefore) {
  put("n/a");
  auto began = std::chrono::steady_clock::now();
  Reader reader(loop_, *cache_,
                {.selection = select("n/a"),
                 .freshness = {Kind::kNotOlderThan, 2},
                 .bookmarks = true,
                 .timeout = 2300ms});
  Reader brief(
      loop_, *cache_,
      {.selection = select(), .freshness = {Kind::kNotOlderThan, 2}, .bookmarks = true, .timeout = 100ms});
  put("n/b");
  EXPECT_THAT(brief.wait_for(2), ElementsAre("ADDED b@3", "END"));
  EXPECT_THAT(reader.wait_for(1), ElementsAre("BOOKMARK @3"));
  EXPECT_LT(std::chrono::steady_clock::now() - began, 1500ms);
  EXPECT_THAT(reader.wait_for(2), ElementsAre("BOOKMARK @3", "END"));
  EXPECT_GE(std::chrono::steady_clock::now() - began, 2300ms);
}

TEST_F(CacheTest, DrainsAfterWhatIsQueued) {
  put("n/a");
  Reader reader(loop_, *cache_, {.selection = select()});
  reader.pause();
  put("n/b");
  loop_.call([] {});
  reader.drain();
  put("n/c");
  reader.resume();
  EXPECT_THAT(reader.wait_for(3), ElementsAre("ADDED a@2", "ADDED b@3", "END"));
}

TEST_F(CacheTest, EndsReadersThatLag) {
  make_cache({.subscription_limit = 3});
  put("n/a");
  Reader slow(loop_, *cache_, {.selection = select()});
  Reader quick(loop_, *cache_, {.selection = select()});
  slow.wait_for(1);
  slow.pause();
  for (int index = 0; index < 6; ++index) {
    put("n/a");
    quick.wait_for(static_cast<std::size_t>(index) + 2);
  }
  slow.resume();
  EXPECT_THAT(slow.wait_for(5),
              ElementsAre("ADDED a@2", "MODIFIED a@3", "MODIFIED a@4", "MODIFIED a@5", "END"));
  EXPECT_EQ(quick.wait_for(7).back(), "MODIFIED a@8");
}

TEST_F(CacheTest, GoesOnWhenTheFeedBreaks) {
  put("n/a");
  put("n/b");
  put("n/c");  // 4
  Reader reader(loop_, *cache_, {.selection = select()});
  reader.wait_for(3);
  store_.hold_events();
  put("n/a", "x");  // 5
  remove("n/b");    // 6
  put("n/d");       // 7
  put("n/d", "y");  // 8
  store_.break_watches(Status(410, "Expired", "compacted"));
  auto seen = reader.wait_for(6);
  EXPECT_THAT(seen,
              ElementsAre("ADDED a@2", "ADDED b@3", "ADDED c@4", "DELETED b@5", "MODIFIED a@5", "ADDED d@8"));
  put("n/e");
  EXPECT_EQ(reader.wait_for(7).back(), "ADDED e@9");
  Reader old(loop_, *cache_, {.selection = select(), .freshness = {Kind::kNotOlderThan, 5}});
  EXPECT_THAT(old.wait_for(1).front(), "ERROR 410 too old resource version: 5 (8)");
  EXPECT_EQ(cache_->size(), 4u);
}

TEST_F(CacheTest, EndsWatchersWhenTheFeedIsLost) {
  put("n/a");
  Reader reader(loop_, *cache_, {.selection = select()});
  reader.wait_for(1);
  store_.fail_lists(Status(500, "InternalError", "no disk"));
  store_.break_watches(Status(500, "InternalError", "no disk"));
  EXPECT_THAT(reader.wait_for(2), ElementsAre("ADDED a@2", "END"));
  EXPECT_FALSE(list({.selection = select()}));
  store_.fail_lists({});
  put("n/b");
  EXPECT_THAT(texts(list({.selection = select()})), ElementsAre("n/a@2", "n/b@3"));
}

TEST_F(CacheTest, ReadersMayGoWhileTheyAreTold) {
  put("n/a");
  std::unique_ptr<Subscription> one, two, three;
  auto watch = [&] {
    return *loop_.run_task(
        [&] { return cache_->watch({.selection = select(), .freshness = {Kind::kNotOlderThan, 2}}); });
  };
  one = watch(), two = watch(), three = watch();
  std::atomic<int> calls{0};
  loop_.call([&] {
    auto end_all = [&] {
      ++calls;
      one.reset();
      two.reset();
      three.reset();
    };
    one->on_ready(end_all);
    two->on_ready(end_all);
    three->on_ready(end_all);
  });
  put("n/b");
  put("n/c");
  loop_.call([] {});
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace pedalion::watchcache
