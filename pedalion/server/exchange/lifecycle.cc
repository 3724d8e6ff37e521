#include "pedalion/server/exchange/lifecycle.h"

namespace pedalion::server {

void RequestEnd::operator()(Lifecycle* lifecycle) const { lifecycle->request_ended(); }

void Lifecycle::request_ended() {
  // Nobody waits before requests are refused: then this and the waiter's look at running_ are in one order.
  if (running_.fetch_sub(1) == 1 && is_refusing()) {
    std::lock_guard lock(mutex_);
    idle_.notify_all();
  }
}

bool Lifecycle::wait_until_idle(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  return idle_.wait_for(lock, limit, [this] { return running_.load() == 0; });
}

}  // namespace pedalion::server
