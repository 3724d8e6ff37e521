#include "pedalion/client/rest/rate_limiter.h"

#include <algorithm>

namespace pedalion::client::rest {

RateLimiter::RateLimiter(double qps, int burst, Clock::time_point now)
    : qps_(qps), burst_(std::max(burst, 1)), tokens_(burst_), last_(now) {}

void RateLimiter::refill(Clock::time_point now) {
  const std::chrono::duration<double> passed = now - last_;
  last_ = now;
  tokens_ = std::min(burst_, tokens_ + passed.count() * qps_);
}

RateLimiter::Clock::duration RateLimiter::reserve(Clock::time_point now) {
  if (qps_ <= 0) return {};
  refill(now);
  tokens_ -= 1;
  if (tokens_ >= 0) return {};
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(-tokens_ / qps_));
}

bool RateLimiter::try_take(Clock::time_point now) {
  if (qps_ <= 0) return true;
  refill(now);
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

}  // namespace pedalion::client::rest
