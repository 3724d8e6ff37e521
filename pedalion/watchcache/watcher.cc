#include "pedalion/watchcache/watcher.h"

#include <algorithm>
#include <random>

namespace pedalion::watchcache {
namespace {

constexpr std::chrono::seconds kLastBookmarkBeforeEnd{2};
constexpr std::size_t kKeptCapacity = 64;     // of an empty queue
constexpr std::size_t kCompactedFrom = 1024;  // told items that are dropped together

/// `interval` and up to a tenth more, so that watchers do not all speak at once.
std::chrono::milliseconds with_jitter(std::chrono::milliseconds interval) {
  thread_local std::minstd_rand random(std::random_device{}());
  return interval + interval * (random() % 100) / 1000;
}

/// Spares what only other events have, most of all the Status.
void set(WatchEvent& event, WatchEvent::Type type, const ObjectPtr& object) {
  event.type = type;
  event.object = object;
  event.revision = 0;
  event.initial_events_end = false;
}

class FailedSubscription final : public Subscription {
 public:
  explicit FailedSubscription(Status error) : error_(std::move(error)) {}
  Next next(WatchEvent& event) override {
    if (!error_) return Next::kEnd;
    event = WatchEvent{.type = WatchEvent::Type::kError, .error = *std::move(error_)};
    error_.reset();
    return Next::kEvent;
  }
  void on_ready(std::function<void()>) override {}
  void drain() override {}

 private:
  std::optional<Status> error_;
};

}  // namespace

std::unique_ptr<Subscription> failed_subscription(Status error) {
  return std::make_unique<FailedSubscription>(std::move(error));
}

Watcher::Watcher(std::shared_ptr<Hub> hub, WatchQuery query, Core::Past past, Begin begin, Revision after)
    : hub_(std::move(hub)),
      selection_(std::move(query.selection)),
      live_after_(past.present.revision),
      told_(past.present.revision),
      bookmarks_(query.bookmarks) {
  if (begin == Begin::kInitialState) {
    past_ = std::make_unique<Past>();
    past_->tree = std::move(past.present.tree);
    past_->cursor = past_->tree.seek(selection_.prefix);
    past_->revision = past.present.revision;
  } else if (begin == Begin::kHistory) {
    live_after_ = std::max(live_after_, after);
    told_ = after;
    if (!past.batches.empty()) {
      past_ = std::make_unique<Past>();
      past_->batches = std::move(past.batches);
      past_->after = after;
    }
  }
  Clock::time_point now = Clock::now();
  if (query.timeout.count() > 0) end_at_ = now + query.timeout;
  if (bookmarks_) bookmark_at_ = now + with_jitter(hub_->core().options().bookmark_interval);
  if (bookmarks_ && query.timeout > kLastBookmarkBeforeEnd)
    bookmark_at_ = std::min(bookmark_at_, end_at_ - kLastBookmarkBeforeEnd);
  hub_->add(*this);
  schedule();
}

Watcher::~Watcher() {
  if (destroyed_ != nullptr) *destroyed_ = true;
  if (timer_ != 0) hub_->loop().cancel(timer_);
  hub_->remove(*this);
}

Subscription::Next Watcher::next(WatchEvent& event) {
  if (past_ && next_of_past(event)) return Next::kEvent;
  if (head_ < queue_.size()) {
    Item item = pop();
    fill(event, *item.change, item.type);
    return Next::kEvent;
  }
  if (bookmark_due_ && next_bookmark(event)) return Next::kEvent;
  return ended_ ? Next::kEnd : Next::kPending;
}

bool Watcher::next_of_past(WatchEvent& event) {
  const auto& names = hub_->core().options().field_names;
  for (auto& cursor = past_->cursor; cursor.valid(); cursor.advance()) {
    const ObjectPtr& object = cursor.object();
    if (!object->key.starts_with(selection_.prefix)) break;
    if (!selection_.matches(*object, names)) continue;
    set(event, WatchEvent::Type::kAdded, object);
    cursor.advance();
    return true;
  }
  if (next_of_history(event)) return true;
  Revision initial_end = past_->revision;
  past_.reset();
  if (initial_end == 0 || !bookmarks_) return false;
  event =
      WatchEvent{.type = WatchEvent::Type::kBookmark, .revision = initial_end, .initial_events_end = true};
  return true;
}

bool Watcher::next_of_history(WatchEvent& event) {
  const auto& names = hub_->core().options().field_names;
  for (Past& past = *past_; past.batch < past.batches.size(); ++past.batch, past.change = 0) {
    const auto& changes = past.batches[past.batch]->changes;
    while (past.change < changes.size()) {
      const Change& change = changes[past.change++];
      if (change.revision <= past.after) continue;
      if (auto type = type_for(change, selection_, names)) {
        fill(event, change, *type);
        return true;
      }
    }
  }
  told_ = std::max(told_, live_after_);
  return false;
}

bool Watcher::next_bookmark(WatchEvent& event) {
  bookmark_due_ = false;
  Revision delivered = hub_->delivered();
  if (ended_ || delivered <= told_) return false;
  told_ = delivered;
  event = WatchEvent{.type = WatchEvent::Type::kBookmark, .revision = delivered};
  return true;
}

void Watcher::fill(WatchEvent& event, const Change& change, WatchEvent::Type type) {
  bool gone = type == WatchEvent::Type::kDeleted;
  set(event, type, gone ? change.gone(hub_->core().decoder()) : change.object);
  told_ = std::max(told_, change.revision);
}

bool Watcher::offer(const BatchPtr& batch, const Change& change) {
  if (ended_) return false;
  if (change.revision <= live_after_) {
    // Begun in the future, and nobody knows on which side of it this happened.
    ended_ = live_after_ < batch->unsure_before;
    return ended_;
  }
  auto type = type_for(change, selection_, hub_->core().options().field_names);
  if (!type) return false;
  if (queue_.size() - head_ >= hub_->core().options().subscription_limit) {
    // Its reader lags too far. It still gets what is queued, and can go on from there with a new watch.
    ended_ = true;
    return true;
  }
  queue_.push_back({ChangePtr(batch, &change), *type});
  return true;
}

Watcher::Item Watcher::pop() {
  Item item = std::move(queue_[head_++]);
  if (head_ == queue_.size()) {
    queue_.clear();
    head_ = 0;
    if (queue_.capacity() > kKeptCapacity) queue_.shrink_to_fit();
  } else if (head_ >= kCompactedFrom && head_ >= queue_.size() / 2) {
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }
  return item;
}

void Watcher::end() { ended_ = true; }

void Watcher::drain() {
  ended_ = true;
  if (timer_ != 0) hub_->loop().cancel(timer_);
  // Not from here: the caller may be what `ready` would run.
  timer_ = hub_->loop().run_after(Duration::zero(), [this] {
    timer_ = 0;
    tell();
  });
}

void Watcher::tell() {
  if (!ready_) return;
  bool destroyed = false;
  destroyed_ = &destroyed;
  auto ready = std::exchange(ready_, nullptr);
  ready();
  if (destroyed) return;
  destroyed_ = nullptr;
  if (!ready_) ready_ = std::move(ready);
}

void Watcher::schedule() {
  auto at = std::min(bookmark_at_, end_at_);
  if (at == Clock::time_point::max()) return;
  auto delay = std::max<Clock::duration>(at - Clock::now(), Clock::duration::zero());
  timer_ = hub_->loop().run_after(delay, [this] {
    timer_ = 0;
    on_timer();
  });
}

void Watcher::on_timer() {
  Clock::time_point now = Clock::now();
  if (now >= end_at_) {
    ended_ = true;
    return tell();
  }
  if (now >= bookmark_at_) {
    bookmark_due_ = hub_->delivered() > told_;
    auto last = end_at_ - kLastBookmarkBeforeEnd;
    bookmark_at_ = now + with_jitter(hub_->core().options().bookmark_interval);
    if (now < last) bookmark_at_ = std::min(bookmark_at_, last);
  }
  schedule();
  if (bookmark_due_) tell();
}

}  // namespace pedalion::watchcache
