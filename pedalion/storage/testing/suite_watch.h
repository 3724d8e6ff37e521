#pragma once
// Suite, part: watches: from where, in which order, with what, and how they end.
#include <atomic>
#include <thread>

#include "pedalion/storage/testing/suite_basics.h"

namespace pedalion::storage::testing {

TEST_P(StoreSuite, WatchDeliversEachWrite) {
  bool at_once = place_->tells_before_it_answers();
  RecordingSink sink;
  auto running = watch("/a", now(), sink);
  Revision first = create("/a", "one");
  if (at_once) EXPECT_EQ(sink.count(), 1u);
  Revision second = update("/a", "two", first);
  if (at_once) EXPECT_EQ(sink.count(), 2u);
  remove("/a", second);
  if (at_once) EXPECT_EQ(sink.count(), 3u);
  auto events = sink.wait_for_events(3);
  EXPECT_EQ(to_texts(events), (Texts{"put /a=one", "put /a=two was one", "delete /a was two"}));
  EXPECT_EQ(events[0].revision, first);
  EXPECT_EQ(events[0].previous_revision, 0u);
  EXPECT_EQ(events[1].previous_revision, first);
  EXPECT_EQ(events[2].previous_revision, second);
  EXPECT_EQ(events[2].revision, now());
}

TEST_P(StoreSuite, WatchFromThePastCatchesUpAndGoesOn) {
  Revision first = create("/a", "one");
  create("/b", "one");
  Revision third = update("/a", "two", first);
  RecordingSink all, later;
  auto from_the_start = watch("/a", 0, all);
  auto from_the_first = watch("/a", first, later);
  remove("/a", third);
  EXPECT_EQ(to_texts(all.wait_for_events(3)),
            (Texts{"put /a=one", "put /a=two was one", "delete /a was two"}));
  EXPECT_EQ(to_texts(later.wait_for_events(2)), (Texts{"put /a=two was one", "delete /a was two"}));
}

TEST_P(StoreSuite, WatchSelectsByPrefix) {
  RecordingSink everything, a, ab, other;
  auto w1 = watch("", now(), everything), w2 = watch("/a", now(), a), w3 = watch("/a/b", now(), ab),
       w4 = watch("/c", now(), other);
  for (const char* key : {"/a", "/a/b", "/a/bc", "/a/c", "/b", "/a/b/c"}) create(key, "");
  ASSERT_TRUE(everything.wait_for_progress(now()));
  EXPECT_EQ(everything.count(), 6u);
  EXPECT_EQ(to_texts(a.wait_for_events(5)),
            (Texts{"put /a=", "put /a/b=", "put /a/bc=", "put /a/c=", "put /a/b/c="}));
  EXPECT_EQ(to_texts(ab.wait_for_events(3)), (Texts{"put /a/b=", "put /a/bc=", "put /a/b/c="}));
  EXPECT_TRUE(other.wait_for_progress(now())) << "progress comes where nothing matches";
  EXPECT_EQ(other.count(), 0u);
}

TEST_P(StoreSuite, WatchOfACompactedRevisionEnds) {
  Revision first = create("/a", "one");
  Revision second = update("/a", "two", first);
  RecordingSink present;
  auto present_watch = watch("/a", second, present);
  update("/a", "three", second);
  present.wait_for_events(1);  // from here on `first` is the past to everybody
  compact(second);
  RecordingSink old, just_kept;
  auto w1 = watch("/a", first, old), w2 = watch("/a", second, just_kept);
  Status status = old.wait_for_error();
  EXPECT_EQ(status.code, 410);
  EXPECT_EQ(status.reason, "Expired");
  EXPECT_EQ(to_texts(just_kept.wait_for_events(1)), Texts{"put /a=three was two"});
  create("/ab", "");
  EXPECT_EQ(just_kept.wait_for_events(2).size(), 2u);
  EXPECT_EQ(old.count(), 0u);
}

TEST_P(StoreSuite, WatchOfAFutureRevisionWaits) {
  RecordingSink sink;
  auto running = watch("/", now() + 2, sink);
  for (const char* key : {"/1", "/2", "/3"}) create(key, "");
  EXPECT_EQ(to_texts(sink.wait_for_events(1)), Texts{"put /3="});
}

TEST_P(StoreSuite, PreviousValuesComeOnlyWhenWanted) {
  Revision first = create("/a", "one");
  RecordingSink with(true), without(false);
  auto w1 = watch("/a", now(), with), w2 = watch("/", now(), without);
  Revision second = update("/a", "two", first);
  EXPECT_EQ(with.wait_for_events(1)[0].previous_value.view(), "one");
  EXPECT_EQ(without.wait_for_events(1)[0].previous_revision, first);
  remove("/a", second);
  EXPECT_EQ(with.wait_for_events(2)[1].previous_value.view(), "two");
}

TEST_P(StoreSuite, ExpiryIsADeletionThatWatchersSee) {
  RecordingSink sink;
  auto running = watch("/", now(), sink);
  must(try_create("/brief", "one", seconds(1)));
  for (int tries = 0; tries < 2 && sink.wait_for_events(2).size() < 2; ++tries) {
  }
  EXPECT_EQ(to_texts(sink.wait_for_events(2)), (Texts{"put /brief=one", "delete /brief was one"}));
}

TEST_P(StoreSuite, DestroyedWatchIsSilent) {
  RecordingSink sink;
  auto running = watch("/", now(), sink);
  create("/a", "");
  EXPECT_EQ(sink.wait_for_events(1).size(), 1u);
  running.reset();
  create("/b", "");
  EXPECT_EQ(sink.count(), 1u);
}

/// Ends its own watch at the first event, as a watcher does that finds its client gone.
class LeavingSink final : public WatchSink {
 public:
  void on_events(std::vector<Event>) override {
    ++calls;
    watch.reset();
  }
  void on_progress(Revision) override { ++calls; }
  void on_error(Status) override { ++calls; }
  std::unique_ptr<Watch> watch;
  std::atomic<int> calls = 0;
};

TEST_P(StoreSuite, SinkMayEndItsWatchInACall) {
  LeavingSink sink;
  RecordingSink other;
  sink.watch = watch("/", now(), sink);
  auto running = watch("/", now(), other);
  create("/a", "");
  create("/b", "");
  EXPECT_EQ(other.wait_for_events(2).size(), 2u);
  EXPECT_EQ(sink.calls, 1);
}

TEST_P(StoreSuite, WatchesComeAndGoUnderWrites) {
  std::atomic<bool> done = false;
  std::thread writer([&] {
    Revision revision = create("/k", "0");
    for (int number = 1; number <= 2000; ++number) revision = update("/k", std::to_string(number), revision);
    done = true;
  });
  int rounds = 0;
  while (!done) {
    RecordingSink sink(rounds % 2 == 0);
    Revision after = now();
    auto running = watch(rounds % 3 == 0 ? "/k" : "", after, sink);
    while (rounds % 5 != 0 && sink.count() < 3 && !done) std::this_thread::yield();
    auto events = sink.wait_for_events(0);
    for (std::size_t index = 0; index < events.size(); ++index) {
      ASSERT_EQ(events[index].revision, after + 1 + index) << "a gap or a repetition";
    }
    ++rounds;
    if (rounds > 3000) break;
  }
  writer.join();
  RecordingSink sink;
  auto running = watch("/", 0, sink);
  auto events = sink.wait_for_events(2001);
  ASSERT_EQ(events.size(), 2001u);
  for (std::size_t index = 0; index < events.size(); ++index) {
    ASSERT_EQ(events[index].revision, 2 + index);
    ASSERT_EQ(events[index].value.view(), std::to_string(index));
  }
}

TEST_P(StoreSuite, ManySinksAllGetEverything) {
  std::vector<std::unique_ptr<RecordingSink>> sinks;
  std::vector<std::unique_ptr<Watch>> watches;
  for (int number = 0; number < 500; ++number) {
    sinks.push_back(std::make_unique<RecordingSink>(false));
    watches.push_back(watch("/" + std::to_string(number % 10), now(), *sinks.back()));
  }
  for (int number = 0; number < 100; ++number) create("/" + std::to_string(number), "");
  for (int number = 0; number < 500; ++number) {
    std::size_t expected = number % 10 == 0 ? 1 : 11;  // /0; /1, /10 to /19
    EXPECT_EQ(sinks[number]->wait_for_events(expected).size(), expected);
  }
}

}  // namespace pedalion::storage::testing
