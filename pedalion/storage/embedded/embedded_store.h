#pragma once
// The embedded store: a log in RocksDB, one WAL flush for each group of writes. See docs/decisions on its
// layout.
#include <memory>
#include <string>

#include "pedalion/storage/log_store.h"

namespace pedalion::storage::embedded {

class RocksLog;

enum class Recovery {
  kStrict,          // anything damaged but a torn last write is an error
  kDropDamagedTail  // keeps what came before the damage: may lose acknowledged writes
};

struct EmbeddedOptions {
  std::string directory;  // made if it is not there; holds `lock` and `db/`
  StoreOptions limits;
  Recovery recovery = Recovery::kStrict;
};

class EmbeddedStore final : public LogStore {
 public:
  /// Fails when another process has the directory, when it is no store of this version, or when it is
  /// damaged; the message says which, and what to do.
  static Result<std::unique_ptr<EmbeddedStore>> open(EmbeddedOptions options);

  /// Makes `target` (which must not exist) a store with this one's present content, while this one goes on.
  Result<void> backup(const std::string& target) const;

  std::uint64_t disk_bytes() const;

 private:
  EmbeddedStore(LogStore&& engine, const RocksLog& log) : LogStore(std::move(engine)), log_(log) {}
  const RocksLog& log_;
};

}  // namespace pedalion::storage::embedded
