#pragma once
// Where any number of coroutines of one thread wait, first come, first woken.
#include <coroutine>
#include <list>
#include <utility>

#include "pedalion/base/signal.h"

namespace pedalion {

/// Outlives those who wait, each of which may be destroyed while it waits. Remembers nothing: whoever comes
/// after a notify waits for the next one, so wait in a loop around a condition.
class WaitList {
 public:
  class Awaiter {
   public:
    explicit Awaiter(WaitList& list) : list_(list) {}
    Awaiter(const Awaiter&) = delete;
    Awaiter& operator=(const Awaiter&) = delete;
    ~Awaiter() {
      if (waiter_) list_.waiting_.erase(place_);
    }
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter) {
      waiter_ = waiter;
      place_ = list_.waiting_.insert(list_.waiting_.end(), this);
    }
    void await_resume() const noexcept {}

   private:
    friend class WaitList;
    WaitList& list_;
    std::coroutine_handle<> waiter_;  // while it is in the list
    std::list<Awaiter*>::iterator place_;
  };

  Awaiter wait() { return Awaiter(*this); }
  bool empty() const { return waiting_.empty(); }
  /// Resumes the first before it returns.
  void notify_one() {
    if (waiting_.empty()) return;
    auto waiter = std::exchange(waiting_.front()->waiter_, {});
    waiting_.pop_front();
    waiter.resume();
  }
  /// Resumes all who wait now. Where one of them does away with others, some who come meanwhile may be woken.
  void notify_all() {
    for (std::size_t count = waiting_.size(); count > 0; --count) notify_one();
  }
  /// Resumes all who wait, each on a turn of its own of the loop of `timer`, which serves nothing else: who
  /// is resumed may destroy the timer and this.
  void notify_later(Timer& timer) {
    timer.start(Duration::zero(), [this, &timer] {
      if (waiting_.empty()) return;
      notify_later(timer);
      notify_one();
    });
  }

 private:
  std::list<Awaiter*> waiting_;
};

}  // namespace pedalion
