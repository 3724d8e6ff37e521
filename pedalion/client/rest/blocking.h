#pragma once
// The blocking face: run a Task on a client's loop and wait for it, for programs that have no loop.
#include <future>
#include <type_traits>
#include <utility>

#include "pedalion/base/loop.h"
#include "pedalion/base/task.h"

namespace pedalion::client::rest {

/// Calls `make` on `loop` and waits for its Task's end. Not to be called on the loop itself.
///
///     auto pod = wait(loop, [&] { return pods.get("web-0"); });
template <class Make>
auto wait(Loop& loop, Make make) {
  using Outcome = decltype(make().await_resume());
  std::promise<Outcome> promise;
  auto future = promise.get_future();
  loop.post([&] {
    if constexpr (std::is_void_v<Outcome>) {
      spawn(make(), [&] { promise.set_value(); });
    } else {
      spawn(make(), [&](Outcome outcome) { promise.set_value(std::move(outcome)); });
    }
  });
  return future.get();
}

}  // namespace pedalion::client::rest
