#pragma once
// How far a cache has come, and the readers that wait until it has come further.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <vector>

#include "pedalion/base/task.h"
#include "pedalion/storage/store.h"

namespace pedalion::watchcache {

/// Thread-safe. Moving on costs one atomic store when nobody waits.
class RevisionGate {
 public:
  storage::Revision reached() const { return reached_.load(); }

  /// Called by one thread at a time. Never goes back.
  void advance(storage::Revision revision);
  /// As advance(), but goes back too: the store has been replaced by an older one.
  void restart(storage::Revision revision);

  /// Whether `revision` is reached within `limit`. On a loop it suspends; elsewhere it blocks the thread.
  Task<bool> wait(storage::Revision revision, std::chrono::milliseconds limit);

 private:
  struct Waiter {
    storage::Revision revision = 0;
    Completion<bool> done;
  };
  /// False when it was taken off already.
  bool take_off(Waiter* waiter);

  std::atomic<storage::Revision> reached_{0};
  std::atomic<int> waiting_{0};
  std::mutex mutex_;
  std::condition_variable moved_;  // for waiters that block
  std::vector<Waiter*> waiters_;   // guarded by mutex_
};

}  // namespace pedalion::watchcache
