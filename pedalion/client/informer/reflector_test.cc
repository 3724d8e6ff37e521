#include "pedalion/client/informer/reflector.h"

#include <gmock/gmock.h>

#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/base/testing/manual_loop.h"
#include "pedalion/client/informer/scripted.h"

namespace pedalion::client::informer {
namespace {
using namespace testing;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using State = Reflector::State;

struct ReflectorTest : ::testing::Test, ReflectorSink {
  void replace(std::vector<api::Object> objects) override {
    std::string line = "REPLACE";
    for (const api::Object& each : objects) line += " " + std::string(each.name());
    told.push_back(line);
  }
  void apply(api::WatchEvent event) override {
    constexpr std::string_view kTypes[] = {"ADDED", "MODIFIED", "DELETED"};
    told.push_back(std::string(kTypes[static_cast<int>(event.type)]) + " " +
                   std::string(event.object.name()));
  }
  void failed(const Status& error) override { errors.push_back(error.code); }

  ReflectorOptions made_options(bool watch_list) {
    return {.watch_list = watch_list, .seed = 7, .clock = loop.clock()};
  }
  /// One that lists by pages and watches from 10.
  void watch_from_ten() {
    source.will_list("10", {object("a", "3")});
    lister.start();
    loop.run();
    ASSERT_EQ(lister.state(), State::kWatching);
    ASSERT_THAT(source.calls(), ElementsAre("LIST 0 limit=500", "WATCH 10"));
    told.clear();
  }
  std::vector<std::string> taken() { return std::exchange(told, {}); }

  pedalion::testing::ManualLoop loop;
  Scripted source{loop};
  std::vector<std::string> told;
  std::vector<int> errors;
  Reflector lister{source, *this, made_options(false)};
  Reflector streamer{source, *this, made_options(true)};
};

TEST_F(ReflectorTest, ListsByWatchAndGoesOnWithTheSameWatch) {
  auto channel = source.will_watch({added("a", "1"), added("b", "2"), bookmark("2")});
  streamer.start();
  loop.run();
  EXPECT_EQ(streamer.state(), State::kListingByWatch);
  EXPECT_THAT(told, IsEmpty());
  EXPECT_EQ(streamer.resource_version(), "");
  channel->push(bookmark("9", true));
  EXPECT_EQ(streamer.state(), State::kWatching);
  EXPECT_EQ(streamer.resource_version(), "9");
  channel->push(modified("a", "10"));
  EXPECT_THAT(told, ElementsAre("REPLACE a b", "MODIFIED a"));
  EXPECT_EQ(streamer.resource_version(), "10");
  EXPECT_THAT(source.calls(), ElementsAre("WATCH  initial"));
}

TEST_F(ReflectorTest, ListsWhereTheServerCannotStreamLists) {
  source.will_fail_watch(Status(422, "Invalid", "sendInitialEvents is forbidden"));
  source.will_list("5", {object("a", "1")});
  streamer.start();
  loop.run();
  EXPECT_EQ(streamer.state(), State::kWatching);
  EXPECT_THAT(source.calls(), ElementsAre("WATCH  initial", "LIST 0 limit=500", "WATCH 5"));
  EXPECT_THAT(told, ElementsAre("REPLACE a"));
}

TEST_F(ReflectorTest, ListsWhenTheStreamBreaksOffOrEndsTooEarly) {
  source.will_watch({added("a", "1"), broken()});
  source.will_list("5", {object("b", "1")});
  source.will_watch({error(410, "Expired")});
  streamer.start();
  loop.run();
  EXPECT_EQ(streamer.state(), State::kBackingOff);
  EXPECT_THAT(taken(), ElementsAre("REPLACE b"));
  EXPECT_THAT(errors, ElementsAre(502, 410));
  source.calls();
  source.will_watch({added("a", "1"), end()});
  source.will_list("6", {object("c", "1")});
  loop.advance(2s);
  EXPECT_THAT(source.calls(), ElementsAre("WATCH 5 initial", "LIST 5 limit=500", "WATCH 6"));
  EXPECT_THAT(taken(), ElementsAre("REPLACE c"));
}

TEST_F(ReflectorTest, TheStreamIsTriedAgainWhenTheServerIsBusyAndGivenUpAfterAWhile) {
  for (int i = 0; i < 5; ++i) source.will_fail_watch(meta::internal_error("no"));
  source.will_list("5", {});
  streamer.start();
  loop.run();
  EXPECT_EQ(streamer.state(), State::kBackingOff);
  loop.advance(1min);
  EXPECT_EQ(streamer.state(), State::kWatching);
  EXPECT_THAT(source.calls(), ElementsAre("WATCH  initial", "WATCH  initial", "WATCH  initial",
                                          "WATCH  initial", "WATCH  initial", "LIST 0 limit=500", "WATCH 5"));
}

TEST_F(ReflectorTest, TheStreamIsAskedForAtNoVersionOnceTheLastIsGone) {
  source.will_watch({bookmark("5", true), error(410, "Expired")});
  streamer.start();
  loop.run();
  source.will_watch({error(410, "Expired")});
  source.will_watch({bookmark("9", true)});
  loop.advance(2s);
  EXPECT_EQ(streamer.state(), State::kWatching);
  EXPECT_THAT(source.calls(), ElementsAre("WATCH  initial", "WATCH 5 initial", "WATCH  initial"));
}

TEST_F(ReflectorTest, ReadsPages) {
  source.will_list("8", {object("a", "1")}, "t1");
  source.will_list("8", {object("b", "1")}, "t2");
  source.will_list("8", {object("c", "1")});
  lister.start();
  loop.run();
  EXPECT_THAT(source.calls(), ElementsAre("LIST 0 limit=500", "LIST token=t1 limit=500",
                                          "LIST token=t2 limit=500", "WATCH 8"));
  EXPECT_THAT(told, ElementsAre("REPLACE a b c"));
}

TEST_F(ReflectorTest, AsksForAllAtOnceWhenPagesHaveExpired) {
  source.will_list("8", {object("a", "1")}, "t1");
  source.will_fail_list(meta::expired("the token is too old"));
  source.will_list("9", {object("b", "1")});
  lister.start();
  loop.run();
  EXPECT_THAT(source.calls(), ElementsAre("LIST 0 limit=500", "LIST token=t1 limit=500", "LIST ", "WATCH 9"));
  EXPECT_THAT(told, ElementsAre("REPLACE b"));
}

TEST_F(ReflectorTest, ListsAtNoVersionOnceTheLastIsGoneOrUnknown) {
  watch_from_ten();
  lister.stop();
  for (const Status& status : {meta::expired("too old"), meta::too_large_resource_version(10, 4, 1)}) {
    source.will_fail_list(status);
    source.will_list("4", {});
    lister.start();
    loop.run();
    EXPECT_EQ(lister.state(), State::kWatching);
    const auto calls = source.calls();
    ASSERT_EQ(calls.size(), 3u);
    EXPECT_EQ(calls[1], "LIST  limit=500");
    EXPECT_EQ(calls[2], "WATCH 4");
    lister.stop();
  }
}

TEST_F(ReflectorTest, BacksOffWhenListsFailAndBeginsAgain) {
  source.will_fail_list(Status(503, "ServiceUnavailable", "nobody there"));
  source.will_fail_list(meta::expired("a"));
  source.will_fail_list(meta::expired("b"));
  source.will_list("4", {});
  lister.start();
  loop.run();
  EXPECT_EQ(lister.state(), State::kBackingOff);
  loop.advance(799ms);
  EXPECT_EQ(lister.state(), State::kBackingOff);
  loop.advance(801ms);
  EXPECT_EQ(lister.state(), State::kBackingOff);  // expired even at no version
  loop.advance(4s);
  EXPECT_EQ(lister.state(), State::kWatching);
  EXPECT_THAT(errors, ElementsAre(503, 410, 410));
}

TEST_F(ReflectorTest, BookmarksMoveTheVersion) {
  source.will_list("10", {});
  auto channel = source.will_watch();
  lister.start();
  loop.run();
  channel->push(bookmark("20"));
  EXPECT_EQ(lister.resource_version(), "20");
  channel->push(end());
  loop.run();
  EXPECT_THAT(source.calls(), ElementsAre("LIST 0 limit=500", "WATCH 10", "WATCH 20"));
  EXPECT_THAT(errors, IsEmpty());
}

TEST_F(ReflectorTest, WatchesOnAtOnceAfterABreakThatCameLate) {
  source.will_list("10", {});
  auto quiet = source.will_watch();
  auto busy = source.will_watch({added("a", "11"), broken()});
  lister.start();
  loop.run();
  loop.advance(1s);
  quiet->push(end());
  loop.run();
  EXPECT_THAT(source.calls(), ElementsAre("LIST 0 limit=500", "WATCH 10", "WATCH 10", "WATCH 11"));
  EXPECT_EQ(lister.state(), State::kWatching);
}

TEST_F(ReflectorTest, AVeryShortWatchBacksOff) {
  source.will_list("10", {});
  source.will_watch({end()});
  lister.start();
  loop.run();
  EXPECT_EQ(lister.state(), State::kBackingOff);
  EXPECT_THAT(errors, ElementsAre(502));
  loop.advance(1600ms);
  EXPECT_THAT(source.calls(), ElementsAre("LIST 0 limit=500", "WATCH 10", "WATCH 10"));
}

TEST_F(ReflectorTest, ABusyServerIsAskedForTheSameWatchAgain) {
  for (const EventResult& said : {error(429, "TooManyRequests"), error(500, "InternalError")}) {
    source.will_list("10", {});
    source.will_watch({said});
    lister.start();
    loop.run();
    EXPECT_EQ(lister.state(), State::kBackingOff);
    loop.advance(1min);
    const auto calls = source.calls();
    EXPECT_EQ(calls.back(), "WATCH 10");
    EXPECT_EQ(calls.size(), 3u);
    lister.stop();
  }
}

TEST_F(ReflectorTest, ARefusedConnectionIsTriedAgainAndListedAfterAWhile) {
  watch_from_ten();
  lister.stop();
  source.will_list("10", {});
  for (int i = 0; i < 5; ++i) source.will_fail_watch(Status(503, "", "connection refused"));
  source.will_list("12", {object("b", "1")});
  lister.start();
  loop.advance(2min);
  EXPECT_THAT(source.calls(), ElementsAre("LIST 10 limit=500", "WATCH 10", "WATCH 10", "WATCH 10", "WATCH 10",
                                          "WATCH 10", "LIST 10 limit=500", "WATCH 12"));
  EXPECT_EQ(told.back(), "REPLACE b");
}

TEST_F(ReflectorTest, ListsAnewAfterGone) {
  source.will_list("10", {object("a", "3")});
  source.will_watch({modified("a", "11"), error(410, "Expired")});
  source.will_list("20", {object("a", "15")});
  lister.start();
  loop.advance(2s);
  EXPECT_EQ(lister.state(), State::kWatching);
  EXPECT_THAT(source.calls(), ElementsAre("LIST 0 limit=500", "WATCH 10", "LIST 11 limit=500", "WATCH 20"));
  EXPECT_THAT(told, ElementsAre("REPLACE a", "MODIFIED a", "REPLACE a"));
}

TEST_F(ReflectorTest, AWatchThatIsRefusedIsListedAnew) {
  source.will_list("10", {});
  source.will_fail_watch(Status(403, "Forbidden", "no"));
  source.will_list("11", {});
  lister.start();
  loop.advance(2s);
  EXPECT_THAT(source.calls(), ElementsAre("LIST 0 limit=500", "WATCH 10", "LIST 10 limit=500", "WATCH 11"));
}

TEST_F(ReflectorTest, AsksForWatchesOfFiveToTenMinutes) {
  source.will_list("10", {});
  std::shared_ptr<Channel> channels[20];
  for (auto& channel : channels) channel = source.will_watch();
  lister.start();
  for (auto& channel : channels) {
    loop.advance(2s);
    channel->push(end());
  }
  loop.run();
  ASSERT_EQ(source.timeouts.size(), 21u);
  for (auto timeout : source.timeouts) {
    EXPECT_GE(timeout, 300s);
    EXPECT_LT(timeout, 600s);
  }
  EXPECT_NE(source.timeouts[0], source.timeouts[1]);
}

TEST_F(ReflectorTest, LeavesAServerThatHasGoneSilent) {
  watch_from_ten();
  loop.advance(11min);
  EXPECT_EQ(lister.state(), State::kWatching);
  EXPECT_THAT(source.calls(), ElementsAre("WATCH 10"));
  EXPECT_THAT(errors, ElementsAre(504));
  source.will_watch();
}

TEST_F(ReflectorTest, BackoffGrowsToItsLimitAndResets) {
  rest::Backoff backoff({}, 3);
  auto now = loop.now();
  auto shortest = 800ms;
  for (int i = 0; i < 10; ++i) {
    const auto wait = backoff.next(now);
    EXPECT_GE(wait, shortest);
    EXPECT_LE(wait, 2 * shortest);
    now += wait;
    shortest = std::min<std::chrono::milliseconds>(2 * shortest, 30s);
  }
  EXPECT_LE(backoff.next(now + 121s), 1600ms);
}

TEST_F(ReflectorTest, StopsWhereItWaits) {
  watch_from_ten();
  lister.stop();
  EXPECT_EQ(lister.state(), State::kStopped);
  streamer.start();  // waits for an answer
  loop.run();
  EXPECT_EQ(streamer.state(), State::kListingByWatch);
  streamer.stop();
  loop.advance(1h);
  EXPECT_THAT(source.calls(), ElementsAre("WATCH  initial"));
}

}  // namespace
}  // namespace pedalion::client::informer
