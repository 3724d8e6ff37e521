#pragma once
// The log of the memory store: a sorted map of records, whose values are the writers' own buffers.
#include <map>
#include <mutex>
#include <shared_mutex>

#include "pedalion/storage/record_log.h"

namespace pedalion::storage::memory {

class MemoryLog final : public RecordLog {
 public:
  Head head() const override;
  Result<void> load(const VisitKey& visit) const override;
  Result<void> append(std::span<const Record> records) override;
  std::unique_ptr<LogView> view() const override;
  Result<std::optional<Record>> find(Revision revision, Wait wait) const override;
  Result<void> set_compacted(Revision revision) override;
  Result<void> sweep(const std::function<bool()>& stop) override;

 private:
  class View;
  mutable std::shared_mutex sweeping_;  // shared: a view lives; exclusive: records are being deleted
  mutable std::mutex mutex_;            // guards all below; taken after sweeping_
  std::map<Revision, Record> records_;
  Head head_;
  Revision swept_ = 0;
};

}  // namespace pedalion::storage::memory
