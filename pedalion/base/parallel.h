#pragma once
// Work on many things on all cores, for a coroutine that goes on when it is done.
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>

#include "pedalion/base/task.h"

namespace pedalion {

/// Belongs to who owns what the work uses: destroying it waits for what is under way. Thread-safe; costs
/// nothing while there is no work.
class Parallel {
 public:
  using Work = std::function<void(std::size_t)>;
  /// Whether the caller's thread may do the work, which it must not where the work waits for something.
  enum class Here : bool { kNever, kWhenFew };

  Parallel() = default;
  Parallel(const Parallel&) = delete;
  ~Parallel();

  /// Calls `work(i)` once for each i below `count`, several at a time, on threads that end with the work; few
  /// things are not worth threads and are worked on here. What `work` throws is thrown here.
  Task<void> each(std::size_t count, Work work, Here here = Here::kWhenFew);

 private:
  struct Round;
  void run(Round& round);

  std::mutex mutex_;  // guards running_
  std::condition_variable ended_;
  std::size_t running_ = 0;  // threads
};

}  // namespace pedalion
