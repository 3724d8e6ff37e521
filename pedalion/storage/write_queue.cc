#include "pedalion/storage/write_queue.h"

namespace pedalion::storage {

WriteQueue::Admission WriteQueue::put(PendingWrite& write) {
  std::size_t size = write.key.size() + write.value.size();
  std::unique_lock lock(mutex_);
  if (closed_) return Admission::kClosed;
  if (writes_.size() >= limits_.writes || (bytes_ + size > limits_.bytes && !writes_.empty()))
    return Admission::kFull;
  writes_.push_back(&write);
  bytes_ += size;
  bool wake = std::exchange(waiting_, false);
  lock.unlock();
  if (wake) filled_.notify_one();
  return Admission::kTaken;
}

bool WriteQueue::take(std::vector<PendingWrite*>& writes, std::chrono::steady_clock::time_point deadline) {
  writes.clear();
  std::unique_lock lock(mutex_);
  while (writes_.empty() && !closed_) {
    waiting_ = true;
    auto woken = filled_.wait_until(lock, deadline);
    waiting_ = false;
    if (woken == std::cv_status::timeout) break;
  }
  std::swap(writes, writes_);
  bytes_ = 0;
  return !writes.empty() || !closed_;
}

void WriteQueue::close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  filled_.notify_one();
}

}  // namespace pedalion::storage
