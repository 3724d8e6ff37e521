#pragma once
// The door to persistence: revisioned bytes under ordered keys. Implementations pass
// storage/testing/store_suite.h.
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/base/bytes.h"
#include "pedalion/base/status.h"
#include "pedalion/base/task.h"

namespace pedalion::storage {

using Revision = std::uint64_t;  // 0: none

struct Entry {
  std::string key;
  Bytes value;
  Revision revision = 0;  // of the last write to the key
};

struct Event {
  enum class Type : std::uint8_t { kPut, kDelete };
  Type type = Type::kPut;
  std::string key;
  Bytes value;           // kDelete: empty
  Bytes previous_value;  // what the key held before; empty when it did not exist or the sink does not want it
  Revision revision = 0;           // of this change
  Revision previous_revision = 0;  // 0: this change created the key
};

struct ListOptions {
  std::string start;      // first key wanted (≥ prefix); empty: the prefix itself
  std::size_t limit = 0;  // 0: all
  Revision at = 0;        // 0: now
};

struct ListResult {
  std::vector<Entry> entries;   // in key order
  Revision revision = 0;        // that of the whole store when it was read
  bool more = false;            // the limit cut it
  std::uint64_t remaining = 0;  // how many more there are
};

/// Receives a watch's events. Called in revision order, one call at a time, on a thread of the store's: be
/// quick, and do not wait for the store in a call (destroying the Watch is fine).
class WatchSink {
 public:
  virtual ~WatchSink() = default;
  /// All events of one or more whole revisions.
  virtual void on_events(std::vector<Event> events) = 0;
  /// Everything up to `revision` has been delivered (also when nothing matched). Comes after every group of
  /// writes, so that a consistent read need only wait until current_revision() has been reported here.
  virtual void on_progress(Revision revision) = 0;
  /// The watch is over: 410 when its revision was compacted, 500 otherwise. Nothing follows.
  virtual void on_error(Status status) = 0;
  /// Whether Event::previous_value is to be filled. It may cost a read from disk for each event: a sink that
  /// remembers the values itself returns false. Asked once, when the watch begins.
  virtual bool wants_previous_values() const { return true; }
};

/// A running watch; destroying it ends it, after which the sink is not called any more (unless this happens
/// in a call of the sink's own thread, destroying waits for a call that is under way). Destroy it before the
/// Store.
class Watch {
 public:
  virtual ~Watch() = default;
};

/// Thread-safe. Writes are linearizable; every write gets a larger Revision; an answered write is durable.
/// Errors (storage/errors.h): 404 NotFound, 409 AlreadyExists or Conflict, 410 Expired (compacted), 429
/// TooManyRequests (a queue is full), 504 Timeout (a revision of the future), 500 with the cause; their
/// messages speak of keys, and the registry words them anew for clients. A fresh store is at revision 1.
class Store {
 public:
  virtual ~Store() = default;

  /// Fails with NotFound when the key is absent.
  virtual Task<Result<Entry>> get(std::string key) = 0;

  /// The keys that begin with `prefix`. Fails with Expired or Timeout when `at` is compacted or in the
  /// future.
  virtual Task<Result<ListResult>> list(std::string prefix, ListOptions options) = 0;

  /// Fails with AlreadyExists. The entry goes by itself after `ttl` (none: never). Returns the write's
  /// revision.
  virtual Task<Result<Revision>> create(std::string key, Bytes value,
                                        std::optional<std::chrono::seconds> ttl) = 0;

  /// Replaces the value if the key's revision is still `expected`, else fails with Conflict (NotFound when
  /// absent).
  virtual Task<Result<Revision>> update(std::string key, Bytes value, Revision expected,
                                        std::optional<std::chrono::seconds> ttl) = 0;

  /// Removes the key if its revision is still `expected`, else fails as update() does.
  virtual Task<Result<Revision>> remove(std::string key, Revision expected) = 0;

  /// Events of keys beginning with `prefix` after revision `after` (0: all that ever were), then live ones. A
  /// write's events are delivered to every sink before the write is answered (embedded and memory stores), or
  /// reach it soon after (etcd3). A compacted `after` is told by on_error; 429 when there are too many
  /// watches.
  virtual Result<std::unique_ptr<Watch>> watch(std::string prefix, Revision after, WatchSink& sink) = 0;

  /// Forgets history up to `revision`: lists and watches of older revisions then fail with Expired. Timeout
  /// when it is in the future; nothing happens when it is forgotten already.
  virtual Task<Result<void>> compact(Revision revision) = 0;

  /// Whether the value ought to be written anew though it has not changed: it is encrypted by what does not encrypt any
  /// more.
  virtual Task<Result<bool>> is_stale(std::string) { co_return false; }

  /// The revision of the last write that a linearizable read sees of the keys that begin with `prefix` (of all keys,
  /// where one counter is theirs).
  virtual Task<Result<Revision>> current_revision(std::string prefix) = 0;
};

}  // namespace pedalion::storage
