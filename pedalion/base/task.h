#pragma once
// Coroutines: Task<T> starts when awaited and hands control on without growing the stack. Knows no event
// loop; Completion<T> is where another thread's answer comes in. Kept free of Asio so that headers stay thin.
#include <atomic>
#include <condition_variable>
#include <coroutine>
#include <exception>
#include <mutex>
#include <optional>
#include <utility>
#include <variant>

#include "pedalion/base/loop.h"

namespace pedalion {

template <class T>
class Task;

namespace task_detail {

struct FinalAwaiter {
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) const noexcept {
    auto next = self.promise().continuation;
    return next ? next : std::noop_coroutine();
  }
  void await_resume() const noexcept {}
};

struct PromiseBase {
  std::coroutine_handle<> continuation;
  std::suspend_always initial_suspend() const noexcept { return {}; }
  FinalAwaiter final_suspend() const noexcept { return {}; }
};

template <class T>
struct Promise : PromiseBase {
  std::variant<std::monostate, T, std::exception_ptr> outcome;
  Task<T> get_return_object();
  template <class U>
  void return_value(U&& value) {
    outcome.template emplace<1>(std::forward<U>(value));
  }
  void unhandled_exception() { outcome.template emplace<2>(std::current_exception()); }
  T take() {
    if (outcome.index() == 2) std::rethrow_exception(std::get<2>(outcome));
    return std::move(std::get<1>(outcome));
  }
};

template <>
struct Promise<void> : PromiseBase {
  std::exception_ptr error;
  Task<void> get_return_object();
  void return_void() const noexcept {}
  void unhandled_exception() { error = std::current_exception(); }
  void take() const {
    if (error) std::rethrow_exception(error);
  }
};

}  // namespace task_detail

/// A coroutine that yields one T. Lazy: nothing runs until it is awaited (or given to spawn or sync_wait).
/// Move-only; destroying it destroys the coroutine, which must not be running. Coroutine parameters go by
/// value or must outlive the Task; a lambda coroutine captures nothing.
template <class T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = task_detail::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  Task() = default;
  explicit Task(Handle handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      if (handle_) handle_.destroy();
      handle_ = std::exchange(other.handle_, {});
    }
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) noexcept {
    handle_.promise().continuation = caller;
    return handle_;
  }
  T await_resume() { return handle_.promise().take(); }

 private:
  Handle handle_;
};

namespace task_detail {
template <class T>
Task<T> Promise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
}

/// A coroutine that owns itself: starts at once and frees its frame at its end.
struct Detached {
  struct promise_type {
    Detached get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
  };
};
}  // namespace task_detail

/// Starts `task` on this thread and lets it run on its own; `done(result)` is called at its end, maybe before
/// spawn returns. An exception that leaves the task or `done` ends the program: catch at the root.
template <class T, class Done>
task_detail::Detached spawn(Task<T> task, Done done) {
  if constexpr (std::is_void_v<T>) {
    co_await task;
    done();
  } else {
    done(co_await task);
  }
}
inline task_detail::Detached spawn(Task<void> task) { co_await task; }

/// Runs `task` and blocks this thread until it ends. For tools and tests, never on a loop's thread.
template <class T>
T sync_wait(Task<T> task) {
  std::mutex mutex;
  std::condition_variable ready;
  if constexpr (std::is_void_v<T>) {
    bool ended = false;
    spawn(std::move(task), [&] {
      std::lock_guard lock(mutex);
      ended = true;
      ready.notify_one();
    });
    std::unique_lock lock(mutex);
    ready.wait(lock, [&] { return ended; });
  } else {
    std::optional<T> result;
    spawn(std::move(task), [&](T value) {
      std::lock_guard lock(mutex);
      result.emplace(std::move(value));
      ready.notify_one();
    });
    std::unique_lock lock(mutex);
    ready.wait(lock, [&] { return result.has_value(); });
    return std::move(*result);
  }
}

/// A coroutine that may go on, and the loop it waits on (null: none). The waiter is null when nobody waits
/// yet.
struct Resumption {
  Loop* loop = nullptr;
  std::coroutine_handle<> waiter;
};

/// A value that arrives once, perhaps from another thread. One coroutine waits (`co_await completion`); it
/// goes on, on the loop it waited on (inline, on the completing thread, where it waited outside of any loop).
/// Neither copied nor moved: it lives in the waiting coroutine's frame or in a shared_ptr, and outlives
/// complete()'s call.
template <class T>
class Completion {
 public:
  Completion() = default;
  Completion(const Completion&) = delete;
  Completion& operator=(const Completion&) = delete;

  /// Thread-safe against the waiter; called exactly once.
  void complete(T value) {
    value_.emplace(std::move(value));
    // Whoever comes second resumes: the value's arrival and the waiter's suspension meet on this flag.
    if (state_.exchange(kDone, std::memory_order_acq_rel) == kWaiting) resume();
  }

  /// As complete(), but leaves resuming to the caller, who answers many at once with one post a loop. It must
  /// resume the waiter, and may not touch the Completion again.
  Resumption settle(T value) {
    value_.emplace(std::move(value));
    if (state_.exchange(kDone, std::memory_order_acq_rel) == kWaiting) return {loop_, waiter_};
    return {};
  }

  bool await_ready() const noexcept { return state_.load(std::memory_order_acquire) == kDone; }
  bool await_suspend(std::coroutine_handle<> waiter) noexcept {
    waiter_ = waiter;
    loop_ = Loop::current();
    int expected = kEmpty;
    return state_.compare_exchange_strong(expected, kWaiting, std::memory_order_acq_rel);
  }
  T await_resume() { return std::move(*value_); }

 private:
  enum { kEmpty, kWaiting, kDone };
  void resume() {
    // After the post this object may be gone: copy what is needed first.
    auto waiter = waiter_;
    if (Loop* loop = loop_; loop != nullptr && loop != Loop::current()) {
      loop->post([waiter] { waiter.resume(); });
    } else {
      waiter.resume();
    }
  }
  std::atomic<int> state_{kEmpty};
  std::coroutine_handle<> waiter_;
  Loop* loop_ = nullptr;
  std::optional<T> value_;
};

}  // namespace pedalion
