#pragma once
// What is done for the cluster and about it in the background: compaction, and how it fares.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "pedalion/storage/etcd3/connection.h"

namespace pedalion::storage::etcd3 {

/// Compaction follows kube-apiserver's protocol, so that of all servers of a cluster one compacts: who writes
/// `compact_rev_key` in the version that it saw last has this round, and compacts what was the present in the
/// round before.
class Housekeeper {
 public:
  Housekeeper(Connection& connection, std::chrono::milliseconds compaction_interval);
  ~Housekeeper();

  /// The last answer to a probe (each two seconds): the failure, if it was one. Does not wait.
  Result<void> healthy() const;
  std::uint64_t database_bytes() const { return database_bytes_.load(std::memory_order_relaxed); }
  std::uint64_t keys() const { return keys_.load(std::memory_order_relaxed); }

  /// One round; for tests, too.
  Result<void> compact_round();

 private:
  void run();
  void probe();
  void measure();

  Connection& connection_;
  const std::chrono::milliseconds compaction_interval_;
  std::atomic<std::uint64_t> database_bytes_{0}, keys_{0};

  // Of the rounds' thread:
  std::int64_t key_version_ = 0;  // of compact_rev_key, as it was last seen
  std::int64_t present_last_round_ = 0;

  mutable std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  bool stopping_ = false;
  std::optional<Status> failure_;

  std::thread thread_;  // last
};

}  // namespace pedalion::storage::etcd3
