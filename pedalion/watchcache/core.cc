#include "pedalion/watchcache/core.h"

#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/watchcache/hub.h"

namespace pedalion::watchcache {
namespace {

constexpr std::chrono::milliseconds kFreshnessLimit{3000};
constexpr int kRetryAfterSeconds = 1;

class SpinGuard {
 public:
  explicit SpinGuard(std::atomic_flag& flag) : flag_(flag) {
    while (flag_.test_and_set(std::memory_order_acquire)) flag_.wait(true, std::memory_order_relaxed);
  }
  ~SpinGuard() {
    flag_.clear(std::memory_order_release);
    flag_.notify_one();
  }

 private:
  std::atomic_flag& flag_;
};

}  // namespace

Core::Core(storage::Store& store, const ObjectDecoder& decoder, CacheOptions options)
    : store_(store),
      decoder_(decoder),
      options_(std::move(options)),
      history_(options_.history, options_.history_limit, options_.history_bytes) {}

Core::~Core() = default;

Core::Present Core::present() const {
  SpinGuard guard(present_lock_);
  return present_;
}

void Core::publish(Present present) {
  {
    SpinGuard guard(present_lock_);
    std::swap(present_, present);
  }
  // The old one is released here, after the lock.
}

View Core::view() const {
  // In this order: what has been reached by now is all in the present that is taken next, which may have
  // come further still.
  Revision reached = gate_.reached();
  Present now = present();
  return {std::move(now.tree), std::max(reached, now.last_change)};
}

Revision Core::last_change() const {
  SpinGuard guard(present_lock_);
  return present_.last_change;
}

Revision Core::revision() const { return gate_.reached(); }

Task<Result<void>> Core::wait_until(Revision revision) {
  if (co_await gate_.wait(revision, kFreshnessLimit)) co_return Result<void>();
  co_return std::unexpected(meta::too_large_resource_version(revision, gate_.reached(), kRetryAfterSeconds));
}

Task<Result<void>> Core::wait_until_current() {
  CO_TRY(Revision current, co_await store_.current_revision(options_.prefix));
  co_return co_await wait_until(current);
}

Core::Past Core::past_locked(Revision after) const {
  Past past{.present = view(), .begin = history_.begin(), .batches = {}};
  if (after >= past.begin) past.batches = history_.after(after);
  return past;
}

Core::Past Core::past(Revision after) const {
  std::lock_guard lock(mutex_);
  return past_locked(after);
}

std::pair<Core::Past, std::shared_ptr<Hub>> Core::connect(Loop& loop, Revision after) {
  std::lock_guard lock(mutex_);
  auto found = std::ranges::find(hubs_, &loop, [](const auto& hub) { return &hub->loop(); });
  if (found == hubs_.end()) {
    found = hubs_.insert(hubs_.end(), std::make_shared<Hub>(shared_from_this(), loop, last_change()));
  }
  return {past_locked(after), *found};
}

void Core::disconnect(const Hub& hub) {
  std::shared_ptr<Hub> last;
  std::lock_guard lock(mutex_);
  auto found = std::ranges::find(hubs_, &hub, [](const auto& held) { return held.get(); });
  if (found == hubs_.end()) return;
  last = std::move(*found);
  hubs_.erase(found);
}

}  // namespace pedalion::watchcache
