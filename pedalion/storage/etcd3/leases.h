#pragma once
// Times to live, as etcd's leases: keys that go at about the same time share one, since a lease costs etcd
// more than a key.
#include <chrono>
#include <cstdint>
#include <mutex>

#include "pedalion/storage/etcd3/connection.h"

namespace pedalion::storage::etcd3 {

/// Thread-safe. A key lives as long as it asks for and up to 5 % (at most 60 s) longer.
class Leases {
 public:
  explicit Leases(Connection& connection) : connection_(connection) {}
  Task<Result<std::int64_t>> lease_for(std::chrono::seconds ttl);

 private:
  using Clock = std::chrono::steady_clock;
  std::int64_t present_for(std::chrono::seconds ttl, Clock::time_point now);

  Connection& connection_;
  std::mutex mutex_;  // guards all below
  std::int64_t lease_ = 0;
  int keys_ = 0;
  Clock::time_point expires_;
};

}  // namespace pedalion::storage::etcd3
