#pragma once
// Proves that a store on disk is whole, without changing it.
#include <cstdint>
#include <string>
#include <vector>

#include "pedalion/base/status.h"
#include "pedalion/storage/embedded/embedded_store.h"

namespace pedalion::storage::embedded {

struct CheckReport {
  Revision last = 0;
  Revision compacted = 0;
  std::uint64_t records = 0;
  std::uint64_t keys = 0;
  std::uint64_t value_bytes = 0;  // of all records
  std::uint64_t disk_bytes = 0;
  std::uint64_t problem_count = 0;
  std::vector<std::string> problems;  // the first ones
};

/// Reads everything: checksums, each record, their order and completeness, and that the index says what the
/// log says. An error when the store cannot be opened at all. Memory: about 100 bytes a key.
Result<CheckReport> check(const std::string& directory, Recovery recovery);

}  // namespace pedalion::storage::embedded
