#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <stdexcept>
#include <thread>
#include <vector>

#include "pedalion/base/bytes.h"
#include "pedalion/base/parallel.h"
#include "pedalion/base/status.h"
#include "pedalion/base/task.h"

namespace pedalion {
namespace {

Result<int> parse_digit(char c) {
  if (c < '0' || c > '9') return std::unexpected(Status(400, "BadRequest", "no digit"));
  return c - '0';
}

Result<int> add(char a, char b) {
  TRY(int left, parse_digit(a));
  TRY(int right, parse_digit(b));
  return left + right;
}

TEST(Status, TryReturnsTheFirstError) {
  EXPECT_EQ(add('1', '2').value(), 3);
  EXPECT_EQ(add('1', 'x').error().message, "no digit");
}

TEST(Status, CopiesItsDetails) {
  Status status(422, "Invalid", "bad");
  status.mutable_details().causes.push_back({"FieldValueInvalid", "bad", "spec.x"});
  Status copy = status;
  copy.mutable_details().causes[0].field = "spec.y";
  EXPECT_EQ(status.details()->causes[0].field, "spec.x");
  EXPECT_EQ(copy.details()->causes[0].field, "spec.y");
}

Task<int> deep(int depth) {
  if (depth == 0) co_return 0;
  co_return co_await deep(depth - 1) + 1;
}

TEST(Task, HandsControlOnWithoutGrowingTheStack) { EXPECT_EQ(sync_wait(deep(2000)), 2000); }

Task<Result<int>> twice(char c) {
  CO_TRY(int digit, parse_digit(c));
  co_return digit * 2;
}

TEST(Task, PropagatesErrorsAsValues) {
  EXPECT_EQ(sync_wait(twice('4')).value(), 8);
  EXPECT_EQ(sync_wait(twice('?')).error().code, 400);
}

Task<> throws() {
  throw std::runtime_error("bug");
  co_return;
}

Task<bool> catches() {
  try {
    co_await throws();
  } catch (const std::runtime_error&) {
    co_return true;
  }
  co_return false;
}

TEST(Task, PropagatesExceptions) { EXPECT_TRUE(sync_wait(catches())); }

Task<int> wait_for(std::shared_ptr<Completion<int>> completion) { co_return co_await *completion + 1; }

TEST(Completion, ResumesWhoeverComesSecond) {
  for (int round = 0; round < 200; ++round) {
    auto completion = std::make_shared<Completion<int>>();
    std::thread other([completion, round] { completion->complete(round); });
    EXPECT_EQ(sync_wait(wait_for(completion)), round + 1);
    other.join();
  }
}

class QueueLoop : public Loop {
 public:
  void post(std::move_only_function<void()> work) override {
    std::lock_guard lock(mutex_);
    queue_.push_back(std::move(work));
  }
  TimerId run_after(Duration, std::move_only_function<void()>) override { return 1; }
  void cancel(TimerId) override {}
  void run_until(const bool& done) {
    set_current(this);
    while (!done) {
      std::move_only_function<void()> work;
      {
        std::lock_guard lock(mutex_);
        if (queue_.empty()) continue;
        work = std::move(queue_.front());
        queue_.pop_front();
      }
      work();
    }
    set_current(nullptr);
  }

 private:
  std::mutex mutex_;
  std::deque<std::move_only_function<void()>> queue_;
};

TEST(Completion, GoesOnOnTheLoopItWaitedOn) {
  QueueLoop loop;
  auto completion = std::make_shared<Completion<int>>();
  bool done = false;
  std::thread::id resumed_on;
  loop.post([&] {
    spawn(wait_for(completion), [&](int) {
      resumed_on = std::this_thread::get_id();
      done = true;
    });
  });
  std::thread other([completion] { completion->complete(1); });
  loop.run_until(done);
  other.join();
  EXPECT_EQ(resumed_on, std::this_thread::get_id());
}

Task<bool> throws_in(Parallel& parallel, std::size_t count) {
  try {
    co_await parallel.each(count, [](std::size_t i) {
      if (i == 77) throw std::runtime_error("no");
    });
  } catch (const std::runtime_error&) {
    co_return true;
  }
  co_return false;
}

TEST(Parallel, DoesEachThingOnceAndTellsItsFailures) {
  Parallel parallel;
  for (std::size_t count : {0, 1, 100, 128, 10001}) {
    std::vector<std::atomic<int>> done(count);
    sync_wait(parallel.each(count, [&](std::size_t i) { ++done[i]; }));
    for (auto& times : done) EXPECT_EQ(times, 1);
    EXPECT_EQ(sync_wait(throws_in(parallel, count)), count > 77);
  }
}

TEST(Bytes, SlicesShareTheirOwner) {
  Bytes part;
  {
    Bytes whole(std::string("a long enough text to be on the heap, surely"));
    part = whole.slice(2, 4);
  }
  EXPECT_EQ(part.view(), "long");
}

}  // namespace
}  // namespace pedalion
