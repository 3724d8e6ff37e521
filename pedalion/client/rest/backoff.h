#pragma once
// How long to wait before the next try: longer each time, at random, and from the start again after a while
// in which nothing failed.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

namespace pedalion::client::rest {

struct BackoffOptions {
  std::chrono::nanoseconds first{std::chrono::milliseconds(800)}, last{std::chrono::seconds(30)};
  double factor = 2;
  double jitter = 1;                                              // a wait is up to 1 + jitter times as long
  std::chrono::nanoseconds reset_after{std::chrono::minutes(2)};  // since the last failure
};

/// `duration` and at random up to `jitter` times more.
template <class Random>
std::chrono::nanoseconds jittered(std::chrono::nanoseconds duration, double jitter, Random& random) {
  const double factor = 1 + jitter * std::uniform_real_distribution<double>(0, 1)(random);
  return std::chrono::nanoseconds(static_cast<std::int64_t>(static_cast<double>(duration.count()) * factor));
}

/// On the clock of the caller. Not thread-safe.
class Backoff {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  Backoff(const BackoffOptions& options, std::uint64_t seed)
      : options_(options), current_(options.first), random_(static_cast<std::uint32_t>(seed) | 1) {}

  /// Something failed at `now`: how long to wait.
  std::chrono::nanoseconds next(TimePoint now) {
    if (now - last_failure_ > options_.reset_after) reset();
    last_failure_ = now;
    const auto wait = jittered(current_, options_.jitter, random_);
    current_ = std::min(options_.last, std::chrono::nanoseconds(static_cast<std::int64_t>(
                                           static_cast<double>(current_.count()) * options_.factor)));
    return wait;
  }
  void reset() { current_ = options_.first; }

 private:
  BackoffOptions options_;
  std::chrono::nanoseconds current_;
  TimePoint last_failure_;
  std::minstd_rand random_;
};

}  // namespace pedalion::client::rest
