#include "pedalion/storage/watch_hub.h"

#include <algorithm>

namespace pedalion::storage {

Revision Watcher::position() const {
  std::lock_guard lock(mutex_);
  return position_;
}

void Watcher::deliver(std::vector<Event> events, Revision upto) {
  std::lock_guard lock(mutex_);
  if (closed() || upto <= position_) return;
  if (!events.empty() && events.front().revision <= position_) {
    std::erase_if(events, [this](const Event& event) { return event.revision <= position_; });
  }
  position_ = upto;
  if (!events.empty()) sink_->on_events(std::move(events));
  // The call may have closed this watch and destroyed the sink.
  if (!closed()) sink_->on_progress(upto);
}

void Watcher::fail(Status status) {
  std::lock_guard lock(mutex_);
  if (closed_.exchange(true)) return;
  sink_->on_error(std::move(status));
}

void Watcher::close() {
  std::lock_guard lock(mutex_);
  closed_.store(true, std::memory_order_release);
}

bool WatchHub::attach_if_current(const std::shared_ptr<Watcher>& watcher) {
  // Before the lock: a delivery under way may end in detach(), which takes it.
  Revision position = watcher->position();
  std::lock_guard lock(mutex_);
  if (position < revision_) return false;
  if (!watcher->closed()) {
    live_[watcher->prefix()].push_back(watcher);
    changed_ = true;
  }
  return true;
}

void WatchHub::detach(const std::shared_ptr<Watcher>& watcher) {
  watcher->close();  // first, so that attach_if_current() cannot bring it back
  std::lock_guard lock(mutex_);
  auto found = live_.find(watcher->prefix());
  if (found == live_.end()) return;
  changed_ |= std::erase(found->second, watcher) > 0;
  if (found->second.empty()) live_.erase(found);
}

Revision WatchHub::revision() const {
  std::lock_guard lock(mutex_);
  return revision_;
}

void WatchHub::rebuild_table() {
  table_.clear();
  for (const auto& [prefix, watchers] : live_) {
    Group group{.prefix = prefix, .parent = static_cast<int>(table_.size()) - 1, .watchers = watchers};
    // Prefixes are sorted, so those that this one begins with are on the chain of its predecessor.
    while (group.parent >= 0 && !prefix.starts_with(table_[group.parent].prefix)) {
      group.parent = table_[group.parent].parent;
    }
    group.wants_previous_values =
        std::ranges::any_of(watchers, [](const auto& watcher) { return watcher->wants_previous_values(); });
    table_.push_back(std::move(group));
  }
}

void WatchHub::match(const std::vector<Event>& events) {
  for (Group& group : table_) group.matching.clear();
  for (std::size_t index = 0; index < events.size(); ++index) {
    std::string_view key = events[index].key;
    auto after = std::ranges::upper_bound(
        table_, key, {}, [](const Group& group) -> std::string_view { return group.prefix; });
    int at = static_cast<int>(after - table_.begin()) - 1;
    while (at >= 0 && !key.starts_with(table_[at].prefix)) at = table_[at].parent;
    for (; at >= 0; at = table_[at].parent) table_[at].matching.push_back(index);
  }
}

void WatchHub::publish(std::vector<Event> events, Revision upto, const PreviousValue& previous) {
  {
    std::lock_guard lock(mutex_);
    revision_ = upto;
    if (changed_) rebuild_table();
    changed_ = false;
  }
  match(events);
  std::vector<int> uses(events.size(), 0);
  for (const Group& group : table_) {
    for (std::size_t index : group.matching) {
      uses[index] += static_cast<int>(group.watchers.size());
      Event& event = events[index];
      if (group.wants_previous_values && event.previous_revision != 0 && event.previous_value.empty()) {
        event.previous_value = previous(event);
      }
    }
  }
  for (Group& group : table_) {
    for (const auto& watcher : group.watchers) {
      std::vector<Event> matching;
      matching.reserve(group.matching.size());
      for (std::size_t index : group.matching) {
        // The last one to get an event may have it.
        matching.push_back(--uses[index] == 0 ? std::move(events[index]) : events[index]);
      }
      watcher->deliver(std::move(matching), upto);
    }
  }
}

}  // namespace pedalion::storage
