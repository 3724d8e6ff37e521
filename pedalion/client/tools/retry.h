#pragma once
// Tries again what failed because somebody else wrote at the same time.
#include <chrono>
#include <random>
#include <utility>

#include "pedalion/base/signal.h"
#include "pedalion/base/status.h"
#include "pedalion/client/rest/backoff.h"

namespace pedalion::client::tools {

struct RetryOptions {
  int steps = 5;  // tries in all
  std::chrono::milliseconds delay{10};
  double factor = 1;    // by which the delay grows
  double jitter = 0.1;  // a delay is up to 1 + jitter times as long
};

/// For many writers of the same object.
inline constexpr RetryOptions kPatientRetry{4, std::chrono::milliseconds(10), 5, 0.1};

inline bool is_conflict(const Status& error) { return error.has_reason("Conflict"); }

/// Awaits what `make` makes (a Task<Result<T>>: read, change, write) until it does not fail with a conflict,
/// or the steps are used up; then fails with the last conflict. `make` is called on `loop`.
template <class Make>
auto retry_on_conflict(Loop& loop, Make make, RetryOptions options = {}) -> decltype(make()) {
  std::minstd_rand random(std::random_device{}());
  std::chrono::nanoseconds delay = options.delay;
  for (int step = 1;; ++step) {
    auto result = co_await make();
    if (result || !is_conflict(result.error()) || step >= options.steps) co_return result;
    co_await sleep_for(loop, rest::jittered(delay, options.jitter, random));
    delay = std::chrono::nanoseconds(
        static_cast<std::int64_t>(static_cast<double>(delay.count()) * options.factor));
  }
}

}  // namespace pedalion::client::tools
