#pragma once
// Brings a new watch up to the present from the log, then hands it over to the hub without a gap or a
// repetition.
#include <memory>

#include "pedalion/storage/reader_pool.h"
#include "pedalion/storage/store_state.h"
#include "pedalion/storage/watch_hub.h"

namespace pedalion::storage {

/// Runs on a thread of the pool, may wait for the disk, and ends early when the pool stops.
void catch_up(const RecordLog& log, const StoreState& state, WatchHub& hub, const ReaderPool& pool,
              const std::shared_ptr<Watcher>& watcher);

}  // namespace pedalion::storage
