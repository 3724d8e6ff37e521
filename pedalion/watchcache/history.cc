#include "pedalion/watchcache/history.h"

#include <algorithm>

namespace pedalion::watchcache {

void History::restart(Revision revision) {
  batches_.clear();
  size_ = 0;
  begin_ = revision;
}

void History::append(BatchPtr batch) {
  size_ += batch->changes.size();
  auto oldest = batch->at - age_;
  batches_.push_back(std::move(batch));
  while (batches_.size() > 1) {
    const Batch& front = *batches_.front();
    std::size_t rest = size_ - front.changes.size();
    if (size_ <= limit_ && (front.at >= oldest || rest < kKeptAlways)) break;
    size_ = rest;
    begin_ = front.last();
    batches_.pop_front();
  }
}

std::vector<BatchPtr> History::after(Revision revision) const {
  auto first =
      std::ranges::upper_bound(batches_, revision, {}, [](const BatchPtr& batch) { return batch->last(); });
  return {first, batches_.end()};
}

}  // namespace pedalion::watchcache
