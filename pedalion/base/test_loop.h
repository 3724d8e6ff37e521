#pragma once
// For tests: a loop that the test itself turns, on a clock that jumps from timer to timer.
#include <algorithm>
#include <deque>
#include <map>
#include <utility>

#include "pedalion/base/loop.h"
#include "pedalion/base/task.h"

namespace pedalion {

/// Of one thread. now() is virtual time: it moves when there is nothing to do but to wait.
class TestLoop final : public Loop {
 public:
  TestLoop() { set_current(this); }
  ~TestLoop() override { set_current(nullptr); }

  void post(std::move_only_function<void()> work) override { posted_.push_back(std::move(work)); }
  TimerId run_after(Duration delay, std::move_only_function<void()> work) override {
    timers_.emplace(std::pair(now_ + std::max(delay, Duration(0)), ++last_id_), std::move(work));
    return last_id_;
  }
  void cancel(TimerId timer) override {
    std::erase_if(timers_, [&](const auto& entry) { return entry.first.second == timer; });
  }
  Duration now() const { return now_; }

  /// Runs what is posted until nothing is left.
  void run_posted() {
    while (!posted_.empty()) {
      auto work = std::move(posted_.front());
      posted_.pop_front();
      work();
    }
  }
  /// Runs what comes within `span`.
  void run_for(Duration span) {
    const Duration end = now_ + span;
    run_posted();
    while (!timers_.empty() && timers_.begin()->first.first <= end) fire_next();
    now_ = end;
  }
  /// Turns the loop until `task` has ended. REQUIRES that it ends by what is posted and timers alone.
  template <class T>
  T run(Task<T> task) {
    std::optional<T> outcome;
    spawn(std::move(task), [&](T value) { outcome.emplace(std::move(value)); });
    run_posted();
    while (!outcome && !timers_.empty()) fire_next();
    return std::move(outcome).value();
  }

 private:
  void fire_next() {
    auto first = timers_.extract(timers_.begin());
    now_ = first.key().first;
    first.mapped()();
    run_posted();
  }

  std::deque<std::move_only_function<void()>> posted_;
  std::map<std::pair<Duration, TimerId>, std::move_only_function<void()>> timers_;
  Duration now_{};
  TimerId last_id_ = 0;
};

}  // namespace pedalion
