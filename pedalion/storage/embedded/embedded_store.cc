#include "pedalion/storage/embedded/embedded_store.h"

#include "pedalion/storage/embedded/rocks_log_internal.h"

namespace pedalion::storage::embedded {

Result<std::unique_ptr<EmbeddedStore>> EmbeddedStore::open(EmbeddedOptions options) {
  TRY(auto log, RocksLog::open(options.directory, options.recovery));
  const RocksLog& kept = *log;
  TRY(auto engine, LogStore::open(std::move(log), options.limits));
  return std::unique_ptr<EmbeddedStore>(new EmbeddedStore(std::move(*engine), kept));
}

Result<void> EmbeddedStore::backup(const std::string& target) const { return log_.backup(target); }

std::uint64_t EmbeddedStore::disk_bytes() const { return log_.database().disk_bytes(); }

}  // namespace pedalion::storage::embedded
