#pragma once
// Pages of lists, out of a tree.
#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <vector>

#include "pedalion/watchcache/core.h"

namespace pedalion::watchcache {

/// The page of `query` in the objects as of `view.revision`.
ListPage page_of(const View& view, const ListQuery& query, const std::vector<std::string>& field_names);

/// Makes the objects as they were, and remembers what was costly to make: the pages of a list all ask for the
/// same revision. Thread-safe.
class PastViews {
 public:
  /// For how long something is remembered after it was made.
  explicit PastViews(std::chrono::seconds age) : age_(age) {}

  /// The objects whose keys begin with `prefix` as of `revision` ≥ past.begin; others are as they are now.
  /// Costs what changed since.
  Tree as_of(const Core::Past& past, Revision revision, const std::string& prefix);
  /// Forgets what is old. Costs one load when there is nothing.
  void tidy();

 private:
  using Clock = std::chrono::steady_clock;
  struct Made {
    Revision revision = 0;
    std::string prefix;
    Tree tree;
    Clock::time_point at;
  };
  const std::chrono::seconds age_;
  std::atomic<bool> any_{false};
  std::mutex mutex_;        // guards made_
  std::vector<Made> made_;  // oldest first
};

}  // namespace pedalion::watchcache
