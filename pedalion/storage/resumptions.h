#pragma once
// Coroutines that may go on, gathered so that each loop is woken once for all of its own.
#include <algorithm>
#include <coroutine>
#include <utility>
#include <vector>

#include "pedalion/base/task.h"

namespace pedalion::storage {

class Resumptions {
 public:
  /// One without a waiter is dropped.
  void add(Resumption resumption) {
    if (!resumption.waiter) return;
    auto found = std::ranges::find(loops_, resumption.loop, [](const auto& entry) { return entry.first; });
    if (found == loops_.end()) found = loops_.insert(loops_.end(), {resumption.loop, {}});
    found->second.push_back(resumption.waiter);
  }

  /// Each loop gets one post. Those that waited outside of any loop are given to `outside`, in the order in
  /// which they were added, as Coroutines.
  using Coroutines = std::vector<std::coroutine_handle<>>;
  template <class Outside>
  void flush(Outside outside) {
    for (auto& [loop, waiters] : loops_) {
      if (loop == nullptr) {
        outside(std::move(waiters));
      } else {
        loop->post([waiters = std::move(waiters)] { resume(waiters); });
      }
    }
    loops_.clear();
  }

  static void resume(const Coroutines& waiters) {
    for (std::coroutine_handle<> waiter : waiters) waiter.resume();
  }

 private:
  std::vector<std::pair<Loop*, Coroutines>> loops_;
};

}  // namespace pedalion::storage
