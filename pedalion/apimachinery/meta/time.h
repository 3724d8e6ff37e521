#pragma once
// Times and durations as the API writes them: RFC 3339 seconds, microseconds, Go durations, ages.
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "pedalion/base/status.h"

namespace pedalion::meta {

/// An instant, in UTC.
struct Instant {
  std::int64_t seconds = 0;  // since the epoch
  std::int32_t nanos = 0;    // 0 … 999,999,999
};

/// RFC 3339 with any offset and fraction; the error's text is that of Go's time.Parse.
Result<Instant> parse_time(std::string_view text);
/// The same with exactly six digits of fraction.
Result<Instant> parse_micro_time(std::string_view text);
/// Go's zero time, the beginning of year 1, which the API writes as null.
inline constexpr std::int64_t kZeroTimeSeconds = -62135596800;
/// "2026-01-02T03:04:05Z" (metav1.Time). Never fails: beyond the years of a calendar, their end.
std::string format_time(std::int64_t seconds);
/// "2026-01-02T03:04:05.000006Z" (metav1.MicroTime).
std::string format_micro_time(Instant instant);
/// The wall clock.
std::int64_t now_seconds();
Instant now();

/// "1h2m3.5s", "-5ms", "0"; the error's text is Go's.
Result<std::chrono::nanoseconds> parse_go_duration(std::string_view text);
std::string format_go_duration(std::chrono::nanoseconds duration);

/// An age as kubectl's columns show it: "5s", "3m20s", "2d4h", "3y". Negative by more than a moment:
/// "<invalid>".
std::string human_duration(std::int64_t seconds);

}  // namespace pedalion::meta
