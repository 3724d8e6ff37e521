#pragma once
// The event loop as the layers above see it: run this here, later, or after a while. http/ implements it over
// Asio.
#include <chrono>
#include <cstdint>
#include <functional>

namespace pedalion {

using Duration = std::chrono::nanoseconds;

/// One thread that runs callbacks in turn. What belongs to a loop (a connection, its streams, its timers) is
/// touched only on that loop's thread; post() is the one call that other threads may make.
class Loop {
 public:
  using TimerId = std::uint64_t;  // never 0

  virtual ~Loop() = default;

  /// Thread-safe. Runs `work` on the loop's thread, after what was posted before it.
  virtual void post(std::move_only_function<void()> work) = 0;

  /// Loop thread only. Runs `work` once after `delay` (granularity: a few milliseconds).
  virtual TimerId run_after(Duration delay, std::move_only_function<void()> work) = 0;

  /// Loop thread only. Unknown and fired timers are ignored.
  virtual void cancel(TimerId timer) = 0;

  /// The loop whose thread this is; null on any other thread.
  static Loop* current();

 protected:
  /// Implementations call this when their thread enters (this) and leaves (null) the loop.
  static void set_current(Loop* loop);
};

}  // namespace pedalion
