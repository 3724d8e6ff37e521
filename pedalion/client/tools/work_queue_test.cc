#include "pedalion/client/tools/work_queue.h"

#include <gmock/gmock.h>

#include <vector>

#include "pedalion/base/signal.h"
#include "pedalion/base/testing/manual_loop.h"

namespace pedalion::client::tools {
namespace {
using ::testing::ElementsAre;
using namespace std::chrono_literals;

struct WorkQueueTest : ::testing::Test {
  WorkQueueOptions with_clock(WorkQueueOptions options = {}) {
    options.clock = loop.clock();
    return options;
  }
  /// Takes keys as they come; leaves them undone unless `finish`.
  Task<void> work(bool finish) {
    while (auto key = co_await queue.next()) {
      taken.push_back(*key);
      if (finish) queue.done(*key);
    }
    ++ended;
  }
  pedalion::testing::ManualLoop loop;
  WorkQueue queue{loop, with_clock()};
  std::vector<std::string> taken;
  int ended = 0;
};

TEST_F(WorkQueueTest, HoldsEachKeyOnce) {
  queue.add("a");
  queue.add("b");
  queue.add("a");
  EXPECT_EQ(queue.size(), 2u);
  Job worker(work(true));
  loop.run();
  EXPECT_THAT(taken, ElementsAre("a", "b"));
  queue.add("a");
  loop.run();
  EXPECT_THAT(taken, ElementsAre("a", "b", "a"));
}

TEST_F(WorkQueueTest, NobodyRunsInsideOfAdd) {
  Job worker(work(true));
  queue.add("a");
  EXPECT_TRUE(taken.empty());
  loop.run();
  EXPECT_THAT(taken, ElementsAre("a"));
}

TEST_F(WorkQueueTest, NeverTwoWorkersAtOneKey) {
  Job first(work(false)), second(work(false));
  queue.add("a");
  loop.run();
  queue.add("a");
  queue.add("a");
  loop.run();
  EXPECT_THAT(taken, ElementsAre("a"));
  queue.done("a");
  loop.run();
  EXPECT_THAT(taken, ElementsAre("a", "a"));
  queue.done("a");
  loop.run();
  EXPECT_THAT(taken, ElementsAre("a", "a"));
}

TEST_F(WorkQueueTest, DelaysAndTakesTheEarliest) {
  Job worker(work(true));
  queue.add_after("a", 10s);
  queue.add_after("b", 5s);
  queue.add_after("a", 2s);
  queue.add_after("a", 20s);
  loop.advance(1999ms);
  EXPECT_TRUE(taken.empty());
  loop.advance(1ms);
  EXPECT_THAT(taken, ElementsAre("a"));
  loop.advance(60s);
  EXPECT_THAT(taken, ElementsAre("a", "b"));
}

TEST_F(WorkQueueTest, DoublesTheDelayOfFailures) {
  Job worker(work(true));
  queue.add_rate_limited("a");
  loop.advance(5ms);
  EXPECT_EQ(taken.size(), 1u);
  queue.add_rate_limited("a");
  loop.advance(9ms);
  EXPECT_EQ(taken.size(), 1u);
  loop.advance(1ms);
  EXPECT_EQ(taken.size(), 2u);
  EXPECT_EQ(queue.failures("a"), 2);
  for (int i = 0; i < 80; ++i) queue.add_rate_limited("a");  // far past any shift
  queue.forget("a");
  EXPECT_EQ(queue.failures("a"), 0);
}

TEST_F(WorkQueueTest, LimitsAllRetriesTogether) {
  Job worker(work(true));
  for (int i = 0; i < 150; ++i) queue.add_rate_limited("k" + std::to_string(i));
  loop.advance(10ms);
  EXPECT_EQ(taken.size(), 100u);
  loop.advance(1s);
  EXPECT_NEAR(static_cast<double>(taken.size()), 110, 1);
  loop.advance(10s);
  EXPECT_EQ(taken.size(), 150u);
}

TEST_F(WorkQueueTest, ShutDownDrainsAndEndsAllWorkers) {
  Job first(work(true)), second(work(true));
  queue.add("a");
  queue.add_after("late", 1s);
  queue.shut_down();
  queue.add("b");
  loop.advance(5s);
  EXPECT_THAT(taken, ElementsAre("a"));
  EXPECT_EQ(ended, 2);
}

TEST_F(WorkQueueTest, AWorkerThatIsCalledOffLosesNoKey) {
  Job second;
  {
    Job first(work(true));
    second = Job(work(true));
    queue.add("a");
  }
  loop.run();
  EXPECT_THAT(taken, ElementsAre("a"));
}

}  // namespace
}  // namespace pedalion::client::tools
