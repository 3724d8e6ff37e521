#include "pedalion/client/tools/event_recorder.h"

#include <gmock/gmock.h>

#include "pedalion/base/signal.h"
#include "pedalion/base/testing/manual_loop.h"
#include "pedalion/client/tools/fake_api.h"

namespace pedalion::client::tools {
namespace {
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

Event event(std::string message, std::string name = "pod.1") {
  Event made;
  made.namespace_name = "default";
  made.name = std::move(name);
  made.involved = {"Pod", "default", "pod", "u1", "v1", "7", ""};
  made.type = "Warning";
  made.reason = "Failed";
  made.message = std::move(message);
  made.component = "test";
  return made;
}

struct CorrelatorTest : ::testing::Test {
  EventCorrelator correlator;
  EventCorrelator::TimePoint now{std::chrono::hours(5)};
};

TEST_F(CorrelatorTest, CountsTheSameEvent) {
  auto first = correlator.correlate(event("a", "pod.1"), now);
  EXPECT_FALSE(first.repeat);
  auto second = correlator.correlate(event("a", "pod.2"), now);
  EXPECT_TRUE(second.repeat);
  EXPECT_EQ(second.event.name, "pod.1");
  EXPECT_EQ(second.event.count, 2);
  EXPECT_EQ(correlator.correlate(event("a", "pod.3"), now).event.count, 3);
  EXPECT_FALSE(correlator.correlate(event("b", "pod.4"), now).repeat);
}

TEST_F(CorrelatorTest, MakesOneOfManySimilarOnes) {
  for (int i = 0; i < 9; ++i) {
    auto told = correlator.correlate(event("m" + std::to_string(i), "pod." + std::to_string(i)), now);
    EXPECT_FALSE(told.repeat);
    EXPECT_EQ(told.event.message, "m" + std::to_string(i));
  }
  auto tenth = correlator.correlate(event("m9", "pod.9"), now);
  EXPECT_FALSE(tenth.repeat);
  EXPECT_EQ(tenth.event.message, "(combined from similar events): m9");
  auto next = correlator.correlate(event("m10", "pod.10"), now);
  EXPECT_TRUE(next.repeat);
  EXPECT_EQ(next.event.name, "pod.9");
  EXPECT_EQ(next.event.count, 2);
  EXPECT_EQ(next.event.message, "(combined from similar events): m10");
  // After ten quiet minutes they are told apart again.
  EXPECT_EQ(correlator.correlate(event("m11"), now + 601s).event.message, "m11");
}

TEST_F(CorrelatorTest, HearsASourceOnlySoOften) {
  for (int i = 0; i < 25; ++i) EXPECT_FALSE(correlator.correlate(event("a"), now).skip);
  EXPECT_TRUE(correlator.correlate(event("a"), now).skip);
  EXPECT_TRUE(correlator.correlate(event("b"), now + 299s).skip);
  EXPECT_FALSE(correlator.correlate(event("b"), now + 301s).skip);
  EXPECT_TRUE(correlator.correlate(event("b"), now + 302s).skip);
  auto other = event("a");
  other.involved.name = "another";
  EXPECT_FALSE(correlator.correlate(other, now).skip);
}

TEST(RecentMap, ForgetsWhatWasNotUsed) {
  RecentMap<int> map(2);
  map.get("a", [] { return 1; });
  map.get("b", [] { return 2; });
  map.get("a", [] { return 0; });
  map.get("c", [] { return 3; });
  EXPECT_EQ(map.size(), 2u);
  EXPECT_EQ(map.get("a", [] { return 0; }), 1);
  EXPECT_EQ(map.get("b", [] { return 9; }), 9);
}

struct RecorderTest : ::testing::Test {
  EventRecorderOptions options() {
    EventRecorderOptions made;
    made.component = "controller";
    made.host = "node-1";
    made.clock = loop.clock();
    made.on_error = [this](const Status& error) { errors.push_back(error.code); };
    return made;
  }
  void record(std::string message) {
    recorder.event({"Pod", "default", "pod", "u1", "v1", "7", "spec.containers{main}"}, "Warning", "Failed",
                   message);
    loop.run();
  }
  pedalion::testing::ManualLoop loop;
  testing::FakeApi api;
  std::vector<int> errors;
  rest::RestClient client{std::make_unique<testing::FakeTransport>(loop, api), {.qps = -1}};
  EventRecorder recorder{client, options()};
};

TEST_F(RecorderTest, CreatesThenPatches) {
  record("a");
  ASSERT_EQ(api.objects.size(), 1u);
  const std::string path = api.objects.begin()->first;
  EXPECT_THAT(path, StartsWith("/api/v1/namespaces/default/events/pod."));
  auto made = api.at(path);
  EXPECT_EQ(made.root.string_at({"involvedObject", "fieldPath"}), "spec.containers{main}");
  EXPECT_EQ(made.root.string_at({"source", "host"}), "node-1");
  EXPECT_EQ(made.root.string_at({"reportingComponent"}), "controller");
  EXPECT_EQ(made.root.string_at({"type"}), "Warning");
  EXPECT_EQ(made.root.find("count")->as_int(), 1);
  EXPECT_EQ(made.root.string_at({"firstTimestamp"}), made.root.string_at({"lastTimestamp"}));
  record("a");
  EXPECT_EQ(api.at(path).root.find("count")->as_int(), 2);
  EXPECT_THAT(api.asked, ElementsAre("POST /api/v1/namespaces/default/events", "PATCH " + path));
  EXPECT_THAT(errors, IsEmpty());
}

TEST_F(RecorderTest, MakesAnewWhatHasGone) {
  record("a");
  const std::string path = api.objects.begin()->first;
  api.objects.clear();
  record("a");
  EXPECT_EQ(api.at(path).root.find("count")->as_int(), 2);
}

TEST_F(RecorderTest, TriesAgainWhenNobodyAnswersAndKeepsTheOrder) {
  api.fault = [](const std::string&) { return 1; };
  record("a");
  record("b");
  loop.advance(15s);
  EXPECT_GE(errors.size(), 2u);
  api.fault = {};
  loop.advance(10s);
  EXPECT_EQ(api.objects.size(), 2u);
}

TEST_F(RecorderTest, GivesUpAfterItsTries) {
  api.fault = [](const std::string&) { return 1; };
  record("a");
  loop.advance(10min);
  EXPECT_EQ(errors.size(), 12u);
}

TEST_F(RecorderTest, TakesNoForAnAnswer) {
  api.fault = [](const std::string&) { return 403; };
  record("a");
  EXPECT_THAT(errors, ElementsAre(403));
  EXPECT_EQ(api.asked.size(), 1u);
}

Task<void> flush_and_note(EventRecorder& recorder, bool& flushed) {
  co_await recorder.flush();
  flushed = true;
}

TEST_F(RecorderTest, FlushWaitsForAllThatWasRecorded) {
  api.fault = [](const std::string&) { return 1; };
  record("a");
  bool flushed = false;
  Job job(flush_and_note(recorder, flushed));
  loop.advance(1s);
  EXPECT_FALSE(flushed);
  api.fault = {};
  loop.advance(10s);
  EXPECT_TRUE(flushed);
}

TEST_F(RecorderTest, DropsWhatIsTooMuch) {
  api.fault = [](const std::string&) { return 1; };
  for (int i = 0; i < 1002; ++i) record("m" + std::to_string(i));
  EXPECT_THAT(errors, ElementsAre(503, 429));
}

}  // namespace
}  // namespace pedalion::client::tools
