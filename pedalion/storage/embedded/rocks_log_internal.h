#pragma once
// The RecordLog over RocksDB. For this folder's sources only.
#include <rocksdb/write_batch.h>

#include <atomic>
#include <memory>
#include <string>

#include "pedalion/storage/embedded/database_internal.h"
#include "pedalion/storage/embedded/directory_lock.h"
#include "pedalion/storage/embedded/record_codec.h"
#include "pedalion/storage/record_log.h"

namespace pedalion::storage::embedded {

class RocksLog final : public RecordLog {
 public:
  static Result<std::unique_ptr<RocksLog>> open(const std::string& directory, Recovery recovery);
  ~RocksLog() override;

  Head head() const override { return head_; }
  Result<void> load(const VisitKey& visit) const override;
  Result<void> append(std::span<const Record> records) override;
  std::unique_ptr<LogView> view() const override;
  Result<std::optional<Record>> find(Revision revision, Wait wait) const override;
  Result<void> set_compacted(Revision revision) override;
  Result<void> sweep(const std::function<bool()>& stop) override;

  Result<void> backup(const std::string& target) const;
  Database& database() const { return *database_; }

 private:
  RocksLog(DirectoryLock lock, std::unique_ptr<Database> database)
      : lock_(std::move(lock)), database_(std::move(database)) {}
  Result<void> read_head();
  Result<Revision> sweep_slice(Revision after, Revision upto);

  DirectoryLock lock_;
  std::unique_ptr<Database> database_;
  Head head_;  // as it was when opened
  std::atomic<Revision> compacted_{0};
  Revision swept_ = 0;  // of the one sweep that runs

  // The appending thread's own:
  rocksdb::WriteBatch batch_;
  RecordEncoder encoder_;
  std::string entry_;
};

}  // namespace pedalion::storage::embedded
