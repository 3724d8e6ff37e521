#include "pedalion/admission/resourcequota/turns.h"

#include <utility>

namespace pedalion::admission::resourcequota {
namespace {

/// By way of the loop, so that no chain of workers grows the stack.
void go_on(Waiter& waiter, Waiter::Turn turn) {
  Resumption resumption = waiter.turn.settle(turn);
  if (!resumption.waiter) return;
  if (resumption.loop == nullptr) return resumption.waiter.resume();
  resumption.loop->post([coroutine = resumption.waiter] { coroutine.resume(); });
}

}  // namespace

bool Turns::enter(const std::string& ns, Waiter& waiter) {
  std::lock_guard lock(mutex_);
  auto [place, is_first] = waiting_.try_emplace(ns);
  place->second.push_back(&waiter);
  return is_first;
}

std::vector<Waiter*> Turns::take(const std::string& ns) {
  std::lock_guard lock(mutex_);
  return std::exchange(waiting_.at(ns), {});
}

void Turns::leave(const std::string& ns, const std::vector<Waiter*>& judged, const Waiter& worker) {
  Waiter* next = nullptr;
  {
    std::lock_guard lock(mutex_);
    auto place = waiting_.find(ns);
    if (place->second.empty()) {
      waiting_.erase(place);
    } else {
      next = place->second.front();
    }
  }
  if (next != nullptr) go_on(*next, Waiter::Turn::kWork);
  for (Waiter* waiter : judged) {
    if (waiter != &worker) go_on(*waiter, Waiter::Turn::kJudged);
  }
}

}  // namespace pedalion::admission::resourcequota
