#pragma once
// For tests without a server: a loop in real time, turned by whichever thread has it.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "pedalion/base/loop.h"
#include "pedalion/base/task.h"

namespace pedalion::testing {

/// One thread turns it, at any time; the others post.
class ThreadLoop : public Loop {
 public:
  /// Runs `task` on this thread to its end, on a loop of the thread's own. What the task waits for resumes it
  /// here then, and not on a thread of the store, which it could hold up.
  template <class T>
  static T run(Task<T> task) {
    thread_local ThreadLoop loop;
    set_current(&loop);
    std::optional<T> outcome;
    spawn(std::move(task), [&](T value) { outcome.emplace(std::move(value)); });
    while (!outcome) loop.turn();
    set_current(nullptr);
    return std::move(*outcome);
  }

  void post(std::move_only_function<void()> work) override {
    // Told under the lock, so that nobody is in here any more when the last work is taken.
    std::lock_guard lock(mutex_);
    posted_.push_back(std::move(work));
    changed_.notify_one();
  }
  TimerId run_after(Duration delay, std::move_only_function<void()> work) override {
    timers_.emplace(std::pair(Clock::now() + delay, ++last_timer_), std::move(work));
    return last_timer_;
  }
  void cancel(TimerId timer) override {
    std::erase_if(timers_, [&](const auto& entry) { return entry.first.second == timer; });
  }

 protected:
  using Clock = std::chrono::steady_clock;

  /// Waits until there is something to do, and does it.
  void turn() {
    std::deque<std::move_only_function<void()>> work;
    {
      std::unique_lock lock(mutex_);
      auto due = [this] { return !posted_.empty(); };
      if (timers_.empty()) {
        changed_.wait(lock, due);
      } else {
        changed_.wait_until(lock, timers_.begin()->first.first, due);
      }
      work = std::exchange(posted_, {});
    }
    for (auto& item : work) item();
    auto now = Clock::now();
    while (!timers_.empty() && timers_.begin()->first.first <= now) {
      auto timer = timers_.extract(timers_.begin());
      timer.mapped()();
    }
  }

 private:
  std::mutex mutex_;  // guards posted_
  std::condition_variable changed_;
  std::deque<std::move_only_function<void()>> posted_;
  std::map<std::pair<Clock::time_point, TimerId>, std::move_only_function<void()>> timers_;
  TimerId last_timer_ = 0;
};

}  // namespace pedalion::testing
