#pragma once
// What a write begins with: the object as it is known here, and the stored one where that would not do.
#include <optional>
#include <string>
#include <utility>

#include "pedalion/registry/rest/storage.h"
#include "pedalion/watchcache/cache.h"

namespace pedalion::registry::generic {

/// The first try of a write takes what the cache holds. Where others write, too, that may be a moment old:
/// the store finds out when it compares revisions, and the next try takes the stored one. But what writes
/// nothing, because it is refused or there is nothing to do, has to be judged by the stored object.
class Basis {
 public:
  /// `first`: how fresh the object of the first try has to be.
  Basis(watchcache::Cache& cache, std::string key, watchcache::Freshness first)
      : cache_(cache), key_(std::move(key)), first_(first) {}

  /// For the next try. Null: there is none, as far as the store knows.
  Task<Result<rest::ObjectPtr>> next() {
    if (next_) co_return *std::exchange(next_, std::nullopt);
    known_.reset();
    if (auto first = std::exchange(first_, {}); first.kind != watchcache::Freshness::Kind::kLatest) {
      auto known = co_await cache_.get(key_, first);
      // What fails here, or is not there, is asked of the store below.
      if (known && *known) co_return known_ = *std::move(known);
    }
    co_return co_await cache_.get(key_, {});
  }

  /// Was what next() gave the stored one? If not, the next one is.
  Task<Result<bool>> was_latest() {
    if (!known_) co_return true;
    CO_TRY(auto stored, co_await cache_.get(key_, {}));
    bool same = stored && stored->revision == known_->revision;
    if (!same) next_ = std::move(stored);
    known_.reset();
    co_return same;
  }

 private:
  watchcache::Cache& cache_;
  const std::string key_;
  watchcache::Freshness first_;
  rest::ObjectPtr known_;                // what next() gave, when it may not be the stored one
  std::optional<rest::ObjectPtr> next_;  // the stored one, when it has been looked at already
};

}  // namespace pedalion::registry::generic
