#include "pedalion/storage/routing/routing_store.h"

namespace pedalion::storage::routing {

Store& RoutingStore::store_of(std::string_view key) const {
  // Routes that fit are prefixes of each other, and what lies between them in order does not fit.
  for (auto at = routes_.upper_bound(key); at != routes_.begin();) {
    --at;
    if (key.starts_with(at->first)) return *at->second;
  }
  return others_;
}

Task<Result<Entry>> RoutingStore::get(std::string key) {
  Store& store = store_of(key);
  return store.get(std::move(key));
}

Task<Result<ListResult>> RoutingStore::list(std::string prefix, ListOptions options) {
  Store& store = store_of(prefix);
  return store.list(std::move(prefix), std::move(options));
}

Task<Result<Revision>> RoutingStore::create(std::string key, Bytes value,
                                            std::optional<std::chrono::seconds> ttl) {
  Store& store = store_of(key);
  return store.create(std::move(key), std::move(value), ttl);
}

Task<Result<Revision>> RoutingStore::update(std::string key, Bytes value, Revision expected,
                                            std::optional<std::chrono::seconds> ttl) {
  Store& store = store_of(key);
  return store.update(std::move(key), std::move(value), expected, ttl);
}

Task<Result<Revision>> RoutingStore::remove(std::string key, Revision expected) {
  Store& store = store_of(key);
  return store.remove(std::move(key), expected);
}

Result<std::unique_ptr<Watch>> RoutingStore::watch(std::string prefix, Revision after, WatchSink& sink) {
  Store& store = store_of(prefix);
  return store.watch(std::move(prefix), after, sink);
}

Task<Result<bool>> RoutingStore::is_stale(std::string key) {
  Store& store = store_of(key);
  return store.is_stale(std::move(key));
}

Task<Result<Revision>> RoutingStore::current_revision(std::string prefix) {
  Store& store = store_of(prefix);
  return store.current_revision(std::move(prefix));
}

}  // namespace pedalion::storage::routing
