#pragma once
// A queue of keys for a controller: each key once, never two workers at one key, again after a while when it
// failed.
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "pedalion/base/loop.h"
#include "pedalion/base/task.h"

namespace pedalion::client::tools {

struct WorkQueueOptions {
  std::chrono::milliseconds first_delay{5}, last_delay{1000000};  // of a key that fails and fails again
  double qps = 10;                                                // of all retries together
  int burst = 100;
};

/// Belongs to one loop.
class WorkQueue {
 public:
  explicit WorkQueue(Loop& loop, WorkQueueOptions options = {});
  ~WorkQueue();

  void add(std::string key);
  void add_after(std::string key, std::chrono::milliseconds delay);
  /// After a delay that doubles with each failure of this key.
  void add_rate_limited(std::string key);
  /// It went well: its failures are forgotten.
  void forget(const std::string& key);
  int failures(const std::string& key) const;

  /// The next key, which is then being worked at: call done(). None after shut_down(). May be awaited by more
  /// than one worker.
  Task<std::optional<std::string>> next();
  /// What was added while it was worked at comes again.
  void done(const std::string& key);
  std::size_t size() const;
  /// Nothing more is taken in; next() answers none.
  void shut_down();

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

}  // namespace pedalion::client::tools
