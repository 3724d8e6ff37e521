#pragma once
// Several stores as one: which keys lie in which of them.
#include <map>
#include <string>
#include <string_view>

#include "pedalion/storage/store.h"

namespace pedalion::storage::routing {

/// Stores by the beginning of the keys that lie there; the longest that fits counts. They are borrowed.
using Routes = std::map<std::string, Store*, std::less<>>;

/// Each store counts revisions of its own, so a list or a watch is of one of them: that which has the whole
/// prefix. What no route names lies in `others`, which is borrowed, too. Thread-safe.
class RoutingStore final : public Store {
 public:
  RoutingStore(Store& others, Routes routes) : others_(others), routes_(std::move(routes)) {}

  Task<Result<Entry>> get(std::string key) override;
  Task<Result<ListResult>> list(std::string prefix, ListOptions options) override;
  Task<Result<Revision>> create(std::string key, Bytes value,
                                std::optional<std::chrono::seconds> ttl) override;
  Task<Result<Revision>> update(std::string key, Bytes value, Revision expected,
                                std::optional<std::chrono::seconds> ttl) override;
  Task<Result<Revision>> remove(std::string key, Revision expected) override;
  Result<std::unique_ptr<Watch>> watch(std::string prefix, Revision after, WatchSink& sink) override;
  /// Of `others`: a revision says nothing about the rest, which look after themselves.
  Task<Result<void>> compact(Revision revision) override { return others_.compact(revision); }
  Task<Result<bool>> is_stale(std::string key) override;
  Task<Result<Revision>> current_revision(std::string prefix) override;

 private:
  Store& store_of(std::string_view key) const;

  Store& others_;
  const Routes routes_;
};

}  // namespace pedalion::storage::routing
