#pragma once
// The door to persistence: revisioned bytes under ordered keys. Implementations pass storage/testing/store_suite.h.
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
  Bytes value;              // kDelete: empty
  Bytes previous_value;     // what the key held before; empty when it did not exist
  Revision revision = 0;    // of this change
  Revision previous_revision = 0;  // 0: this change created the key
};

struct ListOptions {
  std::string start;      // first key wanted (≥ prefix); empty: the prefix itself
  std::size_t limit = 0;  // 0: all
  Revision at = 0;        // 0: now
};

struct ListResult {
  std::vector<Entry> entries;  // in key order
  Revision revision = 0;       // that of the whole store when it was read
  bool more = false;           // the limit cut it
  std::uint64_t remaining = 0; // how many more there are
};

/// Receives a watch's events. Called in revision order, one call at a time, on a thread of the store's: be quick.
class WatchSink {
 public:
  virtual ~WatchSink() = default;
  /// All events of one or more whole revisions.
  virtual void on_events(std::vector<Event> events) = 0;
  /// Everything up to `revision` has been delivered (also when nothing matched): idle progress.
  virtual void on_progress(Revision revision) = 0;
  /// The watch is over: 410 when its revision was compacted, 500 otherwise. Nothing follows.
  virtual void on_error(Status status) = 0;
};

/// A running watch; destroying it ends it, after which the sink is not called any more.
class Watch {
 public:
  virtual ~Watch() = default;
};

/// Thread-safe. Writes are linearizable; every write gets a larger Revision; an answered write is durable.
/// Errors: 404 NotFound, 409 AlreadyExists or Conflict, 410 Expired (compacted), 504 Timeout, 500 with the cause; their
/// messages speak of keys, and the registry words them anew for clients.
class Store {
 public:
  virtual ~Store() = default;

  /// Fails with NotFound when the key is absent.
  virtual Task<Result<Entry>> get(std::string key) = 0;

  /// The keys that begin with `prefix`.
  virtual Task<Result<ListResult>> list(std::string prefix, ListOptions options) = 0;

  /// Fails with AlreadyExists. The entry goes by itself after `ttl` (none: never). Returns the write's revision.
  virtual Task<Result<Revision>> create(std::string key, Bytes value, std::optional<std::chrono::seconds> ttl) = 0;

  /// Replaces the value if the key's revision is still `expected`, else fails with Conflict (NotFound when absent).
  virtual Task<Result<Revision>> update(std::string key, Bytes value, Revision expected,
                                        std::optional<std::chrono::seconds> ttl) = 0;

  /// Removes the key if its revision is still `expected`, else fails as update() does.
  virtual Task<Result<Revision>> remove(std::string key, Revision expected) = 0;

  /// Events of keys beginning with `prefix` after revision `after`, then live ones. A write's events are delivered to
  /// every sink before the write is answered (embedded and memory stores), or reach it soon after (etcd3).
  virtual Result<std::unique_ptr<Watch>> watch(std::string prefix, Revision after, WatchSink& sink) = 0;

  /// Forgets history up to `revision`: older lists and watches then fail with Expired.
  virtual Task<Result<void>> compact(Revision revision) = 0;

  /// The revision of the last write that a linearizable read sees.
  virtual Task<Result<Revision>> current_revision() = 0;
};

}  // namespace pedalion::storage
