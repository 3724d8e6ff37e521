#pragma once
// What the readers and the committer of one LogStore share.
#include <atomic>
#include <shared_mutex>

#include "pedalion/storage/key_index.h"
#include "pedalion/storage/record_log.h"

namespace pedalion::storage {

struct StoreState {
  /// Guards the index as KeyIndex asks for; revision and compacted change only while it is held exclusively.
  mutable std::shared_mutex mutex;
  KeyIndex index;
  std::atomic<Revision> revision{0};  // of the last change in the index: durable, and visible to all
  std::atomic<Revision> compacted{0};

  StoreState() = default;
};

}  // namespace pedalion::storage
