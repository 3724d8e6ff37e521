#pragma once
// A token bucket on the clock of the caller.
#include <chrono>

namespace pedalion::client::rest {

/// `qps` tokens come in a second, `burst` are kept at most. Not thread-safe. qps <= 0: no limit.
class RateLimiter {
 public:
  using Clock = std::chrono::steady_clock;
  RateLimiter(double qps, int burst, Clock::time_point now);
  /// Takes a token, now or ahead of time: how long to wait before acting on it.
  Clock::duration reserve(Clock::time_point now);
  /// Takes a token if there is one now.
  bool try_take(Clock::time_point now);

 private:
  void refill(Clock::time_point now);

  double qps_, burst_, tokens_;
  Clock::time_point last_;
};

}  // namespace pedalion::client::rest
