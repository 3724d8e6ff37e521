#pragma once
// Where writers leave their writes for the one committer, which takes all that have gathered: the heart of
// group commit.
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "pedalion/base/task.h"
#include "pedalion/storage/store.h"

namespace pedalion::storage {

/// A write that waits for the committer. Lives in the waiting coroutine's frame.
struct PendingWrite {
  enum class Kind : std::uint8_t { kCreate, kUpdate, kRemove, kCompact };
  Kind kind = Kind::kCreate;
  std::string key;
  Bytes value;
  Revision expected = 0;  // kCompact: up to where
  std::optional<std::chrono::seconds> ttl;
  Completion<Result<Revision>> completion;
  Result<Revision> outcome = 0;  // the committer's, until it settles the completion
};

/// Thread-safe; take() is the committer's.
class WriteQueue {
 public:
  struct Limits {
    std::size_t writes = 16384;
    std::size_t bytes = 64 << 20;
  };
  enum class Admission { kTaken, kFull, kClosed };

  explicit WriteQueue(Limits limits) : limits_(limits) {}

  Admission put(PendingWrite& write);

  /// Waits until there is a write, or until `deadline`, and moves all there are into `writes` (emptied
  /// first). False when the queue is closed and empty.
  bool take(std::vector<PendingWrite*>& writes, std::chrono::steady_clock::time_point deadline);

  /// Refuses what comes from now on; what is in it will still be taken.
  void close();

 private:
  const Limits limits_;
  std::mutex mutex_;  // guards all below
  std::condition_variable filled_;
  std::vector<PendingWrite*> writes_;
  std::size_t bytes_ = 0;
  bool waiting_ = false;
  bool closed_ = false;
};

}  // namespace pedalion::storage
