#pragma once
// A whole store in memory, with history and without a disk: for --storage=memory and for tests.
#include <memory>

#include "pedalion/storage/log_store.h"

namespace pedalion::storage::memory {

std::unique_ptr<LogStore> make_store(StoreOptions options);

}  // namespace pedalion::storage::memory
