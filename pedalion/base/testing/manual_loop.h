#pragma once
// For tests: a loop without a thread of its own, whose clock stands still until the test moves it on.
#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "pedalion/base/loop.h"
#include "pedalion/base/task.h"

namespace pedalion::testing {

/// Runs on the thread that made it; post() is for that thread only.
class ManualLoop final : public Loop {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  ManualLoop() { set_current(this); }
  ~ManualLoop() override { set_current(nullptr); }

  void post(std::move_only_function<void()> work) override { posted_.push_back(std::move(work)); }
  TimerId run_after(Duration delay, std::move_only_function<void()> work) override {
    timers_.emplace(std::pair(now_ + delay, ++last_timer_), std::move(work));
    return last_timer_;
  }
  void cancel(TimerId timer) override {
    std::erase_if(timers_, [&](const auto& entry) { return entry.first.second == timer; });
  }

  TimePoint now() const { return now_; }
  /// Since it was made.
  Duration elapsed() const { return now_ - kBegin; }
  /// now() as a function, for what can be given another clock.
  std::function<TimePoint()> clock() const {
    return [this] { return now_; };
  }
  /// What was posted, and what that posts, and timers that are due: until there is nothing to do now.
  void run() {
    while (step()) {
    }
  }
  /// Lets `duration` go by; each timer sees its own time.
  void advance(Duration duration) {
    const TimePoint end = now_ + duration;
    run();
    while (!timers_.empty() && timers_.begin()->first.first <= end) {
      now_ = timers_.begin()->first.first;
      run();
    }
    now_ = end;
  }
  /// Lets time go by until `done` or until nothing is left to wait for. Whether it was done.
  bool run_until(const std::function<bool()>& done) {
    run();
    while (!done() && !timers_.empty()) {
      now_ = std::max(now_, timers_.begin()->first.first);
      run();
    }
    return done();
  }
  /// Turns until `task` has ended. REQUIRES that it ends by what is posted and timers alone.
  template <class T>
  T run(Task<T> task) {
    std::optional<T> outcome;
    spawn(std::move(task), [&](T value) { outcome.emplace(std::move(value)); });
    run_until([&] { return outcome.has_value(); });
    return std::move(outcome).value();
  }

 private:
  bool step() {
    if (!posted_.empty()) {
      auto work = std::move(posted_.front());
      posted_.pop_front();
      work();
      return true;
    }
    if (timers_.empty() || timers_.begin()->first.first > now_) return false;
    auto timer = timers_.extract(timers_.begin());
    timer.mapped()();
    return true;
  }

  static constexpr TimePoint kBegin{std::chrono::hours(1)};
  TimePoint now_ = kBegin;
  std::deque<std::move_only_function<void()>> posted_;
  std::map<std::pair<TimePoint, TimerId>, std::move_only_function<void()>> timers_;
  TimerId last_timer_ = 0;
};

}  // namespace pedalion::testing
