#include "pedalion/storage/memory/memory_store.h"

#include "pedalion/storage/memory/memory_log.h"

namespace pedalion::storage::memory {

std::unique_ptr<LogStore> make_store(StoreOptions options) {
  // An empty log in memory has nothing that could fail.
  return LogStore::open(std::make_unique<MemoryLog>(), options).value();
}

}  // namespace pedalion::storage::memory
