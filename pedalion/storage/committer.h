#pragma once
// The one thread that writes: checks a group of writes, makes it durable with one flush, tells the watchers,
// answers.
#include <chrono>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "pedalion/storage/options.h"
#include "pedalion/storage/reader_pool.h"
#include "pedalion/storage/store_state.h"
#include "pedalion/storage/watch_hub.h"
#include "pedalion/storage/write_queue.h"

namespace pedalion::storage {

/// What it refers to outlives it. After a failed append it refuses all writes until the program is started
/// anew, since nobody knows what the disk holds.
class Committer {
 public:
  Committer(RecordLog& log, StoreState& state, WatchHub& hub, ReaderPool& pool, const StoreOptions& options);
  /// Writes what is queued, then ends.
  ~Committer();
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  Task<Result<Revision>> write(PendingWrite::Kind kind, std::string key, Bytes value, Revision expected,
                               std::optional<std::chrono::seconds> ttl);

  /// The failure that made the store read-only.
  Result<void> healthy() const;

 private:
  using Clock = std::chrono::steady_clock;

  void run();
  Clock::time_point next_deadline() const;
  void commit(std::span<PendingWrite* const> writes);
  Result<Revision> check(PendingWrite& write);
  void stage(Event::Type type, std::string key, Bytes value, Revision previous, std::uint32_t expires);
  void stage_expired();
  /// Makes what is staged durable and visible.
  Result<void> append();
  void publish();
  void settle(std::span<PendingWrite* const> writes);
  Result<Revision> compact(Revision revision);
  void compact_periodically();
  void sweep_in_background();

  RecordLog& log_;
  StoreState& state_;
  WatchHub& hub_;
  ReaderPool& pool_;
  const StoreOptions& options_;
  WriteQueue queue_;
  std::atomic<int> sweeps_wanted_{0};

  // The thread's own:
  std::vector<Record> records_;  // staged
  Clock::time_point next_compaction_;
  Revision revision_at_last_compaction_ = 0;

  mutable std::mutex failure_mutex_;
  std::optional<Status> failure_;  // guarded by failure_mutex_

  std::thread thread_;  // last: uses all the above
};

}  // namespace pedalion::storage
