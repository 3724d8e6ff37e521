#pragma once
// What happened to an object, made once and shared by the history and by every watcher.
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "pedalion/watchcache/cache.h"

namespace pedalion::watchcache {

/// One write to one key. Immutable, shared by all threads.
class Change {
 public:
  Revision revision = 0;
  ObjectPtr object;    // null: deleted
  ObjectPtr previous;  // null: created

  const std::string& key() const { return object ? object->key : previous->key; }
  /// The previous object at the change's revision: what those see for whom it is gone. Made when first asked
  /// for; needs `previous`.
  const ObjectPtr& gone(const ObjectDecoder& decoder) const {
    std::call_once(once_, [&] { gone_ = decoder.at_revision(*previous, revision); });
    return gone_;
  }

 private:
  mutable std::once_flag once_;
  mutable ObjectPtr gone_;
};

/// The changes of one or more whole revisions, in order; never empty.
struct Batch {
  explicit Batch(std::size_t size) : changes(size) {}
  std::vector<Change> changes;
  std::chrono::steady_clock::time_point at = std::chrono::steady_clock::now();
  /// Not 0: it was made by comparing two lists; changes before this revision may have happened later than
  /// they say.
  Revision unsure_before = 0;
  Revision last() const { return changes.back().revision; }
};

using BatchPtr = std::shared_ptr<const Batch>;
/// Shares in the whole batch.
using ChangePtr = std::shared_ptr<const Change>;

/// What `change` is for those who asked for `selection` (kAdded, kModified or kDeleted); nothing when they do
/// not see it.
std::optional<WatchEvent::Type> type_for(const Change& change, const Selection& selection,
                                         const std::vector<std::string>& field_names);

}  // namespace pedalion::watchcache
