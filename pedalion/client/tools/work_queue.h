#pragma once
// A queue of keys for a controller: each key once, never two workers at one key, again after a while when it
// failed.
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "pedalion/base/loop.h"
#include "pedalion/base/task.h"

namespace pedalion::client::tools {

struct WorkQueueOptions {
  std::chrono::milliseconds first_delay{5}, last_delay{1000000};  // of a key that fails and fails again
  double qps = 10;                                                // of all retries together; <= 0: no limit
  int burst = 100;
  /// Where the time is from; empty: the steady clock.
  std::function<std::chrono::steady_clock::time_point()> clock;
};

/// Belongs to one loop; outlives the Tasks of next(). Nobody who waits goes on within a call of it: workers
/// are woken on the loop's next turn.
class WorkQueue {
 public:
  explicit WorkQueue(Loop& loop, WorkQueueOptions options = {});
  ~WorkQueue();
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;

  void add(std::string key);
  /// The earliest of several delays of a key counts.
  void add_after(std::string key, std::chrono::nanoseconds delay);
  /// After a delay that doubles with each failure of this key, or longer where all retries come too fast.
  void add_rate_limited(std::string key);
  /// It went well: its failures are forgotten.
  void forget(const std::string& key);
  int failures(const std::string& key) const;

  /// The next key, which is then being worked at: call done(). May be awaited by more than one worker. None
  /// when there is nothing more after shut_down().
  Task<std::optional<std::string>> next();
  /// What was added while it was worked at comes again.
  void done(const std::string& key);
  /// Keys that wait for a worker; those that are delayed do not count.
  std::size_t size() const;
  /// Nothing more is taken in, what is delayed is dropped; what is queued still comes.
  void shut_down();
  bool shutting_down() const;

 private:
  struct Rep;
  std::shared_ptr<Rep> rep_;
};

}  // namespace pedalion::client::tools
