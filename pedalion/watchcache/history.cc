#include "pedalion/watchcache/history.h"

#include <algorithm>

namespace pedalion::watchcache {

void History::restart(Revision revision) {
  batches_.clear();
  size_ = bytes_ = 0;
  begin_ = revision;
}

/// Whether the oldest one has to go. The last one stays.
bool History::is_too_much(const Batch& oldest) const {
  if (size_ > limit_ || bytes_ > bytes_limit_) return true;
  bool old = oldest.at < batches_.back().batch->at - age_;
  return old && size_ - oldest.changes.size() >= kKeptAlways;
}

void History::append(BatchPtr batch) {
  std::size_t bytes = 0;
  for (const Change& change : batch->changes) bytes += change.object ? change.object->json.size() : 0;
  size_ += batch->changes.size();
  bytes_ += bytes;
  batches_.push_back({std::move(batch), bytes});
  while (batches_.size() > 1 && is_too_much(*batches_.front().batch)) {
    const auto& [oldest, oldest_bytes] = batches_.front();
    size_ -= oldest->changes.size();
    bytes_ -= oldest_bytes;
    begin_ = oldest->last();
    batches_.pop_front();
  }
}

std::vector<BatchPtr> History::after(Revision revision) const {
  auto first =
      std::ranges::upper_bound(batches_, revision, {}, [](const Kept& kept) { return kept.batch->last(); });
  std::vector<BatchPtr> found;
  for (; first != batches_.end(); ++first) found.push_back(first->batch);
  return found;
}

}  // namespace pedalion::watchcache
