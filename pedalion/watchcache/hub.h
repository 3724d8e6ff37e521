#pragma once
// The watchers of one cache on one loop: takes each batch once and offers its changes to those they may
// concern.
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "pedalion/base/loop.h"
#include "pedalion/watchcache/change.h"

namespace pedalion::watchcache {

class Core;
class Watcher;

/// Belongs to its loop; other threads only post. Connected to the core as long as it has watchers.
class Hub : public std::enable_shared_from_this<Hub> {
 public:
  /// `delivered`: the revision up to which nothing will be posted.
  Hub(std::shared_ptr<Core> core, Loop& loop, Revision delivered);
  ~Hub();

  Loop& loop() const { return loop_; }
  const Core& core() const { return *core_; }

  /// Thread-safe. `batch` (may be null) has the changes up to `upto`.
  void post(BatchPtr batch, Revision upto);
  /// Thread-safe. Ends all watchers that are there when it arrives.
  void post_end();

  // Loop thread only:
  void add(Watcher& watcher);
  void remove(Watcher& watcher);
  /// Leaves the core if there is no watcher.
  void leave_if_empty();
  /// Everything up to it has been offered to the watchers.
  Revision delivered() const;

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  using Scope = std::vector<Watcher*>;
  using Scopes = std::unordered_map<std::string, Scope, TextHash, std::equal_to<>>;

  void deliver(const BatchPtr& batch, Revision upto);
  void offer(const Scopes& scopes, std::string_view scope, const BatchPtr& batch, const Change& change);
  void offer(const Scope& watchers, const BatchPtr& batch, const Change& change);
  void end_all();
  void tell_touched();
  Scopes* scopes_of(const Watcher& watcher);

  const std::shared_ptr<Core> core_;
  Loop& loop_;
  Revision delivered_;
  std::size_t count_ = 0;
  Scope everything_;   // of the whole resource, or of a prefix that is no namespace
  Scopes namespaces_;  // by "…/pods/ns/"
  Scopes keys_;        // of single objects
  Scope touched_;      // those that got something from the batch; null when they have gone meanwhile
};

}  // namespace pedalion::watchcache
