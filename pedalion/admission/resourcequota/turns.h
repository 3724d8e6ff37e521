#pragma once
// Who works when: in each namespace one coroutine at a time, for itself and for all that have come meanwhile.
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "pedalion/admission/admission.h"
#include "pedalion/base/task.h"

namespace pedalion::admission::resourcequota {

/// One write that waits for its verdict; lives in the waiting coroutine's frame.
struct Waiter {
  enum class Turn : bool { kWork, kJudged };

  const Attributes& attributes;
  std::optional<Result<void>> verdict;  // none yet, or what somebody judged
  Completion<Turn> turn;
};

/// Thread-safe. Waiters of one namespace are judged in the order in which they came.
class Turns {
 public:
  /// True: the caller works now. False: it waits for its turn.
  bool enter(const std::string& ns, Waiter& waiter);
  /// All that wait, for the one that works: itself among them.
  std::vector<Waiter*> take(const std::string& ns);
  /// Ends the work. All of `judged` but `worker` go on with their verdict; the first of those that came
  /// meanwhile works next.
  void leave(const std::string& ns, const std::vector<Waiter*>& judged, const Waiter& worker);

 private:
  std::mutex mutex_;
  std::map<std::string, std::vector<Waiter*>> waiting_;  // an entry while somebody works; guarded by mutex_
};

}  // namespace pedalion::admission::resourcequota
