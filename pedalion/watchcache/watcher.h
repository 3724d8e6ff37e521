#pragma once
// A subscription: first what was before (initial state or history), then what its hub offers.
#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "pedalion/watchcache/core.h"
#include "pedalion/watchcache/hub.h"
#include "pedalion/watchcache/subscription.h"

namespace pedalion::watchcache {

/// Belongs to its hub's loop.
class Watcher final : public Subscription {
 public:
  enum class Begin : std::uint8_t { kInitialState, kHistory, kNow };

  /// `after`: for kHistory, the revision that the client has seen; it may be of the future.
  Watcher(std::shared_ptr<Hub> hub, WatchQuery query, Core::Past past, Begin begin, Revision after);
  ~Watcher() override;

  Next next(WatchEvent& event) override;
  void on_ready(std::function<void()> ready) override { ready_ = std::move(ready); }
  void drain() override;

  // For the hub:
  const Selection& selection() const { return selection_; }
  /// Whether it is something for this watcher, which then is queued.
  bool offer(const BatchPtr& batch, const Change& change);
  void end();
  /// Calls `ready`, which may destroy this.
  void tell();
  std::size_t place = 0;    // in its scope's list
  std::size_t touched = 0;  // in the hub's list, when there is one

 private:
  using Clock = std::chrono::steady_clock;
  struct Item {
    ChangePtr change;
    WatchEvent::Type type = WatchEvent::Type::kAdded;
  };
  /// What comes before the live events; gone when it has been told.
  struct Past {
    Tree tree;
    Tree::Cursor cursor;  // in tree
    std::vector<BatchPtr> batches;
    std::size_t batch = 0, change = 0;  // the next one
    Revision after = 0;                 // those up to it are not told
    Revision revision = 0;              // where the initial state ends; 0: there is none
  };

  bool next_of_past(WatchEvent& event);
  bool next_of_history(WatchEvent& event);
  bool next_bookmark(WatchEvent& event);
  void fill(WatchEvent& event, const Change& change, WatchEvent::Type type);
  Item pop();
  void schedule();
  void on_timer();

  const std::shared_ptr<Hub> hub_;
  const Selection selection_;
  std::unique_ptr<Past> past_;
  std::vector<Item> queue_;
  std::size_t head_ = 0;  // of queue_
  Revision live_after_;   // live changes up to it are in past_, or not wanted
  Revision told_;         // the client knows that it has seen everything up to here
  const bool bookmarks_;
  bool bookmark_due_ = false;
  bool ended_ = false;
  Loop::TimerId timer_ = 0;
  Clock::time_point bookmark_at_ = Clock::time_point::max(), end_at_ = Clock::time_point::max();
  std::function<void()> ready_;
  bool* destroyed_ = nullptr;  // set while ready_ runs
};

/// One that tells of `error`, and ends.
std::unique_ptr<Subscription> failed_subscription(Status error);

}  // namespace pedalion::watchcache
