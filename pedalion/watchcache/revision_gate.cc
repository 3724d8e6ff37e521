#include "pedalion/watchcache/revision_gate.h"

#include <algorithm>

namespace pedalion::watchcache {

void RevisionGate::advance(storage::Revision revision) {
  if (revision > reached_.load(std::memory_order_relaxed)) restart(revision);
}

void RevisionGate::restart(storage::Revision revision) {
  // Sequentially consistent, as are wait()'s: either the waiter sees the revision, or this sees the waiter.
  reached_.store(revision);
  if (waiting_.load() == 0) return;
  std::vector<Waiter*> through;
  {
    std::lock_guard lock(mutex_);
    auto rest = std::ranges::partition(waiters_, [&](Waiter* waiter) { return waiter->revision > revision; });
    through.assign(rest.begin(), rest.end());
    waiters_.erase(rest.begin(), rest.end());
  }
  moved_.notify_all();
  for (Waiter* waiter : through) waiter->done.complete(true);
}

bool RevisionGate::take_off(Waiter* waiter) {
  std::lock_guard lock(mutex_);
  return std::erase(waiters_, waiter) > 0;
}

Task<bool> RevisionGate::wait(storage::Revision revision, std::chrono::milliseconds limit) {
  if (reached() >= revision) co_return true;
  ++waiting_;
  Loop* loop = Loop::current();
  bool reached_it = false;
  if (loop == nullptr) {
    std::unique_lock lock(mutex_);
    reached_it = moved_.wait_for(lock, limit, [&] { return reached() >= revision; });
  } else {
    Waiter waiter;
    waiter.revision = revision;
    {
      std::lock_guard lock(mutex_);
      waiters_.push_back(&waiter);
    }
    if (reached() >= revision && take_off(&waiter)) {
      reached_it = true;
    } else {
      // Cancelled on this loop before the waiter goes, so that it never fires for one that is gone.
      auto timer = loop->run_after(limit, [this, &waiter] {
        if (take_off(&waiter)) waiter.done.complete(false);
      });
      reached_it = co_await waiter.done;
      loop->cancel(timer);
    }
  }
  --waiting_;
  co_return reached_it;
}

}  // namespace pedalion::watchcache
