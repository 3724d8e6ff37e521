#pragma once
// The recent past of a resource: batches of changes, the oldest of which are forgotten.
#include <chrono>
#include <deque>
#include <vector>

#include "pedalion/watchcache/change.h"

namespace pedalion::watchcache {

/// Knows every change after begin(). Not thread-safe.
class History {
 public:
  History(std::chrono::seconds age, std::size_t limit, std::size_t bytes_limit)
      : age_(age), limit_(limit), bytes_limit_(bytes_limit) {}

  Revision begin() const { return begin_; }
  /// Forgets all; what follows are the changes after `revision`.
  void restart(Revision revision);
  void append(BatchPtr batch);
  /// Those with a change after `revision`, which is at least begin(); the first may have older ones too.
  std::vector<BatchPtr> after(Revision revision) const;
  std::size_t size() const { return size_; }

 private:
  struct Kept {
    BatchPtr batch;
    std::size_t bytes = 0;  // of its objects' JSON
  };
  bool is_too_much(const Batch& oldest) const;
  /// So many are kept however old they are: quiet resources serve watches that pause for long.
  static constexpr std::size_t kKeptAlways = 100;
  const std::chrono::seconds age_;
  const std::size_t limit_, bytes_limit_;
  Revision begin_ = 0;
  std::size_t size_ = 0;   // changes
  std::size_t bytes_ = 0;  // of all
  std::deque<Kept> batches_;
};

}  // namespace pedalion::watchcache
