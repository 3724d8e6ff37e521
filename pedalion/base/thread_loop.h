#pragma once
// For tests without a server: a loop of the thread itself, that turns while a task runs. What a task waits
// for then resumes it here and not on a thread of the store, which it could hold up.
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

namespace pedalion {

class ThreadLoop final : public Loop {
 public:
  /// Runs `task` on this thread to its end.
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
    std::lock_guard lock(mutex_);
    posted_.push_back(std::move(work));
    changed_.notify_one();
  }
  TimerId run_after(Duration delay, std::move_only_function<void()> work) override {
    timers_.emplace(std::pair(Clock::now() + delay, ++last_id_), std::move(work));
    return last_id_;
  }
  void cancel(TimerId timer) override {
    std::erase_if(timers_, [&](const auto& entry) { return entry.first.second == timer; });
  }

 private:
  using Clock = std::chrono::steady_clock;

  void turn() {
    std::unique_lock lock(mutex_);
    auto ready = [this] { return !posted_.empty(); };
    if (timers_.empty()) {
      changed_.wait(lock, ready);
    } else {
      changed_.wait_until(lock, timers_.begin()->first.first, ready);
    }
    auto work = std::exchange(posted_, {});
    lock.unlock();
    for (auto& one : work) one();
    while (!timers_.empty() && timers_.begin()->first.first <= Clock::now()) {
      auto first = timers_.extract(timers_.begin());
      first.mapped()();
    }
  }

  std::mutex mutex_;  // guards posted_
  std::condition_variable changed_;
  std::deque<std::move_only_function<void()>> posted_;
  std::map<std::pair<Clock::time_point, TimerId>, std::move_only_function<void()>> timers_;
  TimerId last_id_ = 0;
};

}  // namespace pedalion
