#include "pedalion/storage/memory/memory_log.h"

namespace pedalion::storage::memory {

/// Records are immutable, so a frozen state is one from which sweep() is kept away.
class MemoryLog::View final : public LogView {
 public:
  explicit View(const MemoryLog& log) : log_(log), lock_(log.sweeping_) {}

  Result<void> scan(Revision after, Revision upto, const std::function<Visit(Record)>& visit) const override {
    std::unique_lock lock(log_.mutex_);
    for (auto at = log_.records_.upper_bound(after); at != log_.records_.end() && at->first <= upto; ++at) {
      Record record = at->second;
      lock.unlock();
      if (visit(std::move(record)) == Visit::kStop) return {};
      lock.lock();
    }
    return {};
  }

  Result<void> read(std::span<const Revision> revisions,
                    const std::function<void(Record)>& visit) const override {
    for (Revision revision : revisions) {
      auto record = log_.find(revision, Wait::kForDisk);
      if ((*record)->revision != 0) visit(**std::move(record));
    }
    return {};
  }

 private:
  const MemoryLog& log_;
  std::shared_lock<std::shared_mutex> lock_;
};

RecordLog::Head MemoryLog::head() const {
  std::lock_guard lock(mutex_);
  return head_;
}

Result<void> MemoryLog::load(const VisitKey&) const { return {}; }

Result<void> MemoryLog::append(std::span<const Record> records) {
  std::lock_guard lock(mutex_);
  for (const Record& record : records) records_.emplace_hint(records_.end(), record.revision, record);
  head_.last = records.back().revision;
  return {};
}

std::unique_ptr<LogView> MemoryLog::view() const { return std::make_unique<View>(*this); }

Result<std::optional<Record>> MemoryLog::find(Revision revision, Wait) const {
  std::lock_guard lock(mutex_);
  auto found = records_.find(revision);
  return found == records_.end() ? Record{} : found->second;
}

Result<void> MemoryLog::set_compacted(Revision revision) {
  std::lock_guard lock(mutex_);
  head_.compacted = revision;
  return {};
}

Result<void> MemoryLog::sweep(const std::function<bool()>& stop) {
  constexpr int kSlice = 1024;
  while (!stop()) {
    std::lock_guard no_views(sweeping_);
    std::lock_guard lock(mutex_);
    auto at = records_.upper_bound(swept_);
    for (int count = 0; count < kSlice && at != records_.end() && at->first <= head_.compacted; ++count) {
      swept_ = at->first;
      // A change makes the one before it unreachable; a deletion leaves nothing to be reached.
      records_.erase(at->second.previous_revision);
      at = at->second.type == Event::Type::kDelete ? records_.erase(at) : std::next(at);
    }
    if (at == records_.end() || at->first > head_.compacted) return {};
  }
  return {};
}

}  // namespace pedalion::storage::memory
