#pragma once
// The limits and periods of a store; the same for the embedded and the memory one.
#include <chrono>
#include <cstddef>

namespace pedalion::storage {

struct StoreOptions {
  std::size_t key_limit = 4096;            // bytes
  std::size_t request_limit = 1536 << 10;  // bytes of key and value together, as etcd's --max-request-bytes
  std::size_t queued_writes_limit = 16384;
  std::size_t queued_bytes_limit = 64 << 20;
  std::size_t watch_limit = 10000;
  std::size_t reader_threads = 2;  // for reads that wait for the disk; they start when first needed
  std::size_t queued_reads_limit = 4096;
  std::chrono::milliseconds compaction_interval =
      std::chrono::minutes(5);  // keeps one to two intervals; 0: never
};

}  // namespace pedalion::storage
