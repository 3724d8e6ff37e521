#pragma once
// Waiting on one loop: a Signal that wakes a coroutine of the same thread, sleeping, and a Job that can be
// called off. What waits by these may be destroyed while it waits.
#include <coroutine>
#include <optional>
#include <utility>

#include "pedalion/base/loop.h"
#include "pedalion/base/task.h"

namespace pedalion {

/// Wakes one coroutine of the same thread. A coroutine that is destroyed while it waits is forgotten; the
/// Signal outlives the wait.
class Signal {
 public:
  class Awaiter {
   public:
    explicit Awaiter(Signal& signal) : signal_(signal) {}
    Awaiter(const Awaiter&) = delete;
    Awaiter& operator=(const Awaiter&) = delete;
    ~Awaiter() {
      if (waiter_ && signal_.waiter_ == waiter_) signal_.waiter_ = {};
    }
    bool await_ready() const noexcept { return signal_.raised_; }
    void await_suspend(std::coroutine_handle<> waiter) noexcept { signal_.waiter_ = waiter_ = waiter; }
    void await_resume() noexcept {
      waiter_ = {};
      signal_.raised_ = false;
    }

   private:
    Signal& signal_;
    std::coroutine_handle<> waiter_;
  };

  /// Resumes the waiter before it returns; when there is none, the next wait ends at once. Wakes may be
  /// spurious: wait in a loop around a condition.
  void notify() {
    raised_ = true;
    if (auto waiter = std::exchange(waiter_, {})) waiter.resume();
  }
  Awaiter wait() { return Awaiter(*this); }

 private:
  bool raised_ = false;
  std::coroutine_handle<> waiter_;
};

/// A timer of `loop` that calls `work` once, unless it is destroyed or set anew before. Loop thread only.
class Timer {
 public:
  explicit Timer(Loop& loop) : loop_(loop) {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() { stop(); }
  void start(Duration delay, std::move_only_function<void()> work) {
    stop();
    id_ = loop_.run_after(delay, [this, work = std::move(work)]() mutable {
      id_ = 0;
      // The work may destroy this timer, and with it nothing of its own.
      auto last = std::move(work);
      last();
    });
  }
  void stop() {
    if (id_ != 0) loop_.cancel(std::exchange(id_, 0));
  }
  bool running() const { return id_ != 0; }

 private:
  Loop& loop_;
  Loop::TimerId id_ = 0;
};

/// Goes on after `delay`. Loop thread only.
inline Task<void> sleep_for(Loop& loop, Duration delay) {
  Signal woken;
  bool over = false;
  Timer timer(loop);
  timer.start(delay, [&] {
    over = true;
    woken.notify();
  });
  while (!over) co_await woken.wait();
}

/// Waits for `signal`, at most `delay`. False when the time was over first.
inline Task<bool> wait_for(Loop& loop, Signal& signal, Duration delay) {
  bool over = false;
  Timer timer(loop);
  timer.start(delay, [&] {
    over = true;
    signal.notify();
  });
  co_await signal.wait();
  co_return !over;
}

/// A coroutine on its way, on this thread. Destroying the Job calls the coroutine off where it waits: it must
/// wait by Signals, timers and what is made of them, and must not be running itself at that moment.
class Job {
 public:
  Job() = default;
  /// Starts `task`. An exception that leaves it ends the program. `ended` is notified once it has ended, when
  /// the Job may be destroyed; it outlives the Job.
  explicit Job(Task<void> task, Signal* ended = nullptr) : run_(run(std::move(task))) {
    run_.handle.promise().ended = ended;
    run_.handle.resume();
  }
  Job(Job&& other) noexcept : run_{std::exchange(other.run_.handle, {})} {}
  Job& operator=(Job&& other) noexcept {
    std::swap(run_.handle, other.run_.handle);
    return *this;
  }
  ~Job() {
    if (run_.handle) run_.handle.destroy();
  }
  /// Whether there is nothing under way.
  bool done() const { return !run_.handle || run_.handle.done(); }

 private:
  struct Root {
    struct promise_type;
    using Handle = std::coroutine_handle<promise_type>;
    struct FinalAwaiter {
      bool await_ready() const noexcept { return false; }
      void await_suspend(Handle self) const noexcept;
      void await_resume() const noexcept {}
    };
    struct promise_type {
      Signal* ended = nullptr;
      Root get_return_object() { return {Handle::from_promise(*this)}; }
      std::suspend_always initial_suspend() const noexcept { return {}; }
      FinalAwaiter final_suspend() const noexcept { return {}; }
      void return_void() const noexcept {}
      [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
    };
    Handle handle;
  };
  static Root run(Task<void> task) { co_await task; }
  Root run_;
};

/// Whoever is woken may destroy the coroutine: it is not touched after this.
inline void Job::Root::FinalAwaiter::await_suspend(Handle self) const noexcept {
  if (Signal* ended = self.promise().ended) ended->notify();
}

/// What `task` comes to, if it does within `delay`; else it is called off.
template <class T>
Task<std::optional<T>> within(Loop& loop, Duration delay, Task<T> task) {
  struct Child {
    static Task<void> run(Task<T> task, std::optional<T>& outcome) {
      outcome.emplace(co_await std::move(task));
    }
  };
  std::optional<T> outcome;
  Signal ended;
  Job job(Child::run(std::move(task), outcome), &ended);
  if (!outcome) co_await wait_for(loop, ended, delay);
  co_return std::move(outcome);
}

}  // namespace pedalion
