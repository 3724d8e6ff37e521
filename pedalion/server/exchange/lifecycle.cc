#include "pedalion/server/exchange/lifecycle.h"

namespace pedalion::server {

void Lifecycle::request_ended() {
  if (running_.fetch_sub(1, std::memory_order_acq_rel) == 1 && is_refusing()) {
    std::lock_guard lock(mutex_);
    idle_.notify_all();
  }
}

bool Lifecycle::wait_until_idle(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  return idle_.wait_for(lock, limit, [this] { return running_.load(std::memory_order_acquire) == 0; });
}

}  // namespace pedalion::server
