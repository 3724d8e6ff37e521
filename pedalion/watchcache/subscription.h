#pragma once
// One watcher's end of the cache: its events, in order, pulled as its socket takes them.
#include <functional>

#include "pedalion/base/status.h"
#include "pedalion/watchcache/object.h"

namespace pedalion::watchcache {

struct WatchEvent {
  enum class Type : std::uint8_t { kAdded, kModified, kDeleted, kBookmark, kError };
  Type type = Type::kAdded;
  ObjectPtr object;                 // not for bookmarks and errors; its revision is the event's
  storage::Revision revision = 0;   // of bookmarks
  bool initial_events_end = false;  // bookmark with the annotation k8s.io/initial-events-end
  Status error;                     // kError: the last event
};

/// Belongs to the loop on which it was made, and is destroyed there. Bounded: one whose reader lags too far
/// ends.
class Subscription {
 public:
  enum class Next : std::uint8_t { kEvent, kPending, kEnd };
  virtual ~Subscription() = default;
  /// The next event into `event`; kPending: call again after `ready`; kEnd: it is over.
  virtual Next next(WatchEvent& event) = 0;
  /// `ready` is called on the loop, once for each batch of events and when it ends; it may destroy this. Call
  /// next() first: what is there already (the initial state, an error) is not told again.
  virtual void on_ready(std::function<void()> ready) = 0;
  /// Ends it after what is queued.
  virtual void drain() = 0;
};

}  // namespace pedalion::watchcache
