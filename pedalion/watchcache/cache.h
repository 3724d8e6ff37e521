#pragma once
// The present state of one resource, and its recent past: gets, lists and watches without asking the store,
// with the meaning that Kubernetes gives to resource versions (wire contract, D and H).
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pedalion/apimachinery/selector/field_selector.h"
#include "pedalion/apimachinery/selector/label_selector.h"
#include "pedalion/base/loop.h"
#include "pedalion/storage/store.h"
#include "pedalion/watchcache/object.h"
#include "pedalion/watchcache/subscription.h"

namespace pedalion::watchcache {

using storage::Revision;

/// Makes the shared form of a stored value; given by the registry. Thread-safe.
class ObjectDecoder {
 public:
  virtual ~ObjectDecoder() = default;
  /// `value` as the store holds it. Fails (500) when it is corrupt: such an object is left out and logged.
  virtual Result<ObjectPtr> decode(std::string key, const Bytes& value, Revision revision) const = 0;
  /// The same object as of another revision: what DELETED events show.
  virtual ObjectPtr at_revision(const Object& object, Revision revision) const = 0;
};

struct CacheOptions {
  std::string prefix;  // "/registry/pods/": all keys of the resource
  std::vector<std::string>
      field_names;            // what Object::fields holds, besides metadata.name and metadata.namespace
  std::string resource_text;  // "pods", "deployments.apps": for messages and metrics
  std::chrono::seconds history{75};        // events are kept at least so long …
  std::size_t history_limit = 102400;      // … but at most so many …
  std::size_t history_bytes = 256u << 20;  // … and so many bytes of objects
  std::chrono::milliseconds bookmark_interval{60000};
  std::size_t subscription_limit = 16384;  // queued events of one watcher; beyond it is closed
};

/// How fresh a read must be.
struct Freshness {
  enum class Kind : std::uint8_t {
    kLatest,        // resourceVersion unset: linearizable
    kAny,           // "0"
    kNotOlderThan,  // N
    kExact,         // N with match Exact, or a continued list
  };
  Kind kind = Kind::kLatest;
  Revision revision = 0;
};

/// What is wanted of a resource's objects.
struct Selection {
  std::string prefix;   // of keys: the whole resource, one namespace ("…/pods/ns/") or one key
  bool single = false;  // prefix is a whole key
  selector::LabelSelector labels;
  selector::FieldSelector fields;
  bool matches(const Object& object, const std::vector<std::string>& field_names) const;
  /// matches(), for an object whose key is known to be in the prefix.
  bool selects(const Object& object, const std::vector<std::string>& field_names) const;
};

struct ListQuery {
  Selection selection;
  Freshness freshness;
  std::string start_after;  // continue: keys after this one
  std::size_t limit = 0;    // 0: all. It counts for kAny too: who wants it ignored there leaves it out
};

struct ListPage {
  std::vector<ObjectPtr> items;  // in key order
  Revision revision = 0;
  bool more = false;                       // the limit cut it; the last item's key continues it
  std::optional<std::uint64_t> remaining;  // how many more; not known when a selector is set
};

struct WatchQuery {
  Selection selection;
  Freshness freshness;  // kExact is not for watches
  bool bookmarks = false;
  std::optional<bool> send_initial_events;  // unset: by freshness, as Kubernetes does (kLatest and kAny:
                                            // synthetic ADDED events)
  std::chrono::milliseconds timeout{0};     // the watch ends by itself; a bookmark comes 2 s before; 0: never
};

/// Thread-safe; reads take no lock that a writer holds for long. Made once per resource; destroy
/// subscriptions first, the store last.
class Cache {
 public:
  /// Reads nothing yet: the first use loads it, or load().
  static std::unique_ptr<Cache> create(storage::Store& store, const ObjectDecoder& decoder,
                                       CacheOptions options);
  virtual ~Cache() = default;

  /// Lists the store and watches it from there. Returns when reads can be served. Idempotent. Watches can go
  /// back to the revision of this list, and not beyond: who writes loads before, so that a client can watch
  /// from the revision of what it wrote.
  virtual Task<Result<void>> load() = 0;

  /// Null when there is none. 504 when `freshness` asks for the future (after 3 s of waiting).
  virtual Task<Result<ObjectPtr>> get(std::string key, Freshness freshness) = 0;
  /// The present state as far as this cache has come, without waiting; null when there is none.
  virtual ObjectPtr peek(std::string_view key) const = 0;

  /// 410 when the revision is forgotten by cache and store, 504 when it is in the future.
  virtual Task<Result<ListPage>> list(ListQuery query) = 0;

  /// Called on the loop that will own the subscription. A revision that is forgotten, or of the future for
  /// too long, is the subscription's first event (kError).
  virtual Task<Result<std::unique_ptr<Subscription>>> watch(WatchQuery query) = 0;

  /// As far as it has come.
  virtual Revision revision() const = 0;
  virtual std::size_t size() const = 0;
  virtual const CacheOptions& options() const = 0;
};

}  // namespace pedalion::watchcache
