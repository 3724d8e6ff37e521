#include "pedalion/apimachinery/meta/time.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "pedalion/apimachinery/meta/field_error.h"

namespace pedalion::meta {
namespace {

/// Days since 1970-01-01 of a date of the proleptic Gregorian calendar.
std::int64_t days_from_civil(int year, int month, int day) {
  return std::chrono::sys_days(std::chrono::year(year) / month / day).time_since_epoch().count();
}

struct Cursor {
  std::string_view rest;
  bool digits(int count, int& number) {
    if (rest.size() < static_cast<std::size_t>(count)) return false;
    number = 0;
    for (int i = 0; i < count; ++i) {
      if (rest[i] < '0' || rest[i] > '9') return false;
      number = number * 10 + (rest[i] - '0');
    }
    rest.remove_prefix(count);
    return true;
  }
  bool character(char wanted) {
    if (rest.empty() || rest[0] != wanted) return false;
    rest.remove_prefix(1);
    return true;
  }
};

/// What is read, in Go's words for it.
struct Format {
  std::string_view layout, fraction;  // fraction: in the layout, with as many digits; empty: any, or none
};
constexpr Format kSeconds{"2006-01-02T15:04:05Z07:00", {}};
constexpr Format kMicros{"2006-01-02T15:04:05.000000Z07:00", ".000000"};

Status unparsable(std::string_view text, const Format& format, std::string_view layout_part,
                  std::string_view rest) {
  return Status(400, "BadRequest",
                "parsing time " + go_quoted(text) + " as " + go_quoted(format.layout) + ": cannot parse " +
                    go_quoted(rest) + " as " + go_quoted(layout_part));
}

/// As many digits as there are.
bool parse_fraction(Cursor& at, std::int32_t& nanos) {
  int digits = 0;
  while (!at.rest.empty() && at.rest[0] >= '0' && at.rest[0] <= '9') {
    if (digits < 9) nanos = nanos * 10 + (at.rest[0] - '0');
    ++digits;
    at.rest.remove_prefix(1);
  }
  for (int i = digits; i < 9; ++i) nanos *= 10;
  return digits > 0;
}

/// Exactly the layout's digits.
bool parse_fraction(Cursor& at, const Format& format, std::int32_t& nanos) {
  int width = static_cast<int>(format.fraction.size()) - 1;
  if (!at.character('.') || !at.digits(width, nanos)) return false;
  for (int i = width; i < 9; ++i) nanos *= 10;
  return true;
}

Result<int> parse_offset_minutes(Cursor& at, std::string_view text, const Format& format) {
  if (at.character('Z')) return 0;
  auto before = at.rest;
  auto bad = [&] { return std::unexpected(unparsable(text, format, "Z07:00", before)); };
  int sign = at.rest.starts_with('-') ? -1 : 1, hours = 0, minutes = 0;
  if (at.rest.empty() || (at.rest[0] != '+' && at.rest[0] != '-')) return bad();
  at.rest.remove_prefix(1);
  if (!at.digits(2, hours) || !at.character(':') || !at.digits(2, minutes) || hours > 24 || minutes > 59) {
    return bad();
  }
  return sign * (hours * 60 + minutes);
}

Result<Instant> parse(std::string_view text, const Format& format) {
  Cursor at{text};
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  struct Part {
    int* into;
    int width;
    char after;
    std::string_view layout;
  };
  const Part parts[] = {{&year, 4, '-', "2006"}, {&month, 2, '-', "01"},  {&day, 2, 'T', "02"},
                        {&hour, 2, ':', "15"},   {&minute, 2, ':', "04"}, {&second, 2, 0, "05"}};
  for (const Part& part : parts) {
    auto before = at.rest;
    if (!at.digits(part.width, *part.into)) {
      return std::unexpected(unparsable(text, format, part.layout, before));
    }
    if (part.after != 0 && !at.character(part.after)) {
      return std::unexpected(unparsable(text, format, std::string_view(&part.after, 1), at.rest));
    }
  }
  Instant instant;
  auto fraction = at.rest;
  if (!format.fraction.empty()) {
    if (!parse_fraction(at, format, instant.nanos)) {
      return std::unexpected(unparsable(text, format, format.fraction, fraction));
    }
  } else if (at.character('.') && !parse_fraction(at, instant.nanos)) {
    return std::unexpected(unparsable(text, format, "05", at.rest));
  }
  TRY(int offset_minutes, parse_offset_minutes(at, text, format));
  auto bad = [&](std::string_view what) {
    return std::unexpected(
        Status(400, "BadRequest", "parsing time " + go_quoted(text) + ": " + std::string(what)));
  };
  if (!at.rest.empty()) return bad("extra text: " + go_quoted(at.rest));
  auto date = std::chrono::year(year) / month / day;
  if (month < 1 || month > 12) return bad("month out of range");
  if (!date.ok()) return bad("day out of range");
  if (hour > 23) return bad("hour out of range");
  if (minute > 59) return bad("minute out of range");
  if (second > 59) return bad("second out of range");
  instant.seconds =
      days_from_civil(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset_minutes * 60;
  return instant;
}

}  // namespace

Result<Instant> parse_time(std::string_view text) { return parse(text, kSeconds); }

Result<Instant> parse_micro_time(std::string_view text) { return parse(text, kMicros); }

namespace {

/// The ends of what a calendar can tell. A message may hold any number of seconds.
constexpr std::int64_t seconds_at(std::chrono::year year) {
  return std::chrono::sys_seconds(std::chrono::sys_days(year / 1 / 1)).time_since_epoch().count();
}
constexpr std::int64_t kFirstSecond = seconds_at(std::chrono::year::min()),
                       kLastSecond = seconds_at(std::chrono::year::max());

}  // namespace

std::string format_time(std::int64_t seconds) {
  seconds = std::clamp(seconds, kFirstSecond, kLastSecond);
  auto days = std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds(std::chrono::seconds(seconds)));
  std::chrono::year_month_day date(days);
  std::int64_t rest = seconds - days.time_since_epoch().count() * 86400;
  if (auto year = static_cast<int>(date.year()); year >= 0 && year <= 9999) {
    char text[] = "0000-00-00T00:00:00Z";
    auto put = [&text](int at, int digits, unsigned number) {
      for (int i = at + digits; i-- > at; number /= 10) text[i] = static_cast<char>('0' + number % 10);
    };
    put(0, 4, static_cast<unsigned>(year));
    put(5, 2, static_cast<unsigned>(date.month()));
    put(8, 2, static_cast<unsigned>(date.day()));
    put(11, 2, static_cast<unsigned>(rest / 3600));
    put(14, 2, static_cast<unsigned>(rest / 60 % 60));
    put(17, 2, static_cast<unsigned>(rest % 60));
    return text;
  }
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(rest / 3600), static_cast<int>(rest / 60 % 60), static_cast<int>(rest % 60));
  return text;
}

std::string format_micro_time(Instant instant) {
  std::string text = format_time(instant.seconds);
  char fraction[16];
  std::snprintf(fraction, sizeof fraction, ".%06dZ", instant.nanos / 1000);
  text.pop_back();
  return text + fraction;
}

Instant now() {
  timespec time{};
  clock_gettime(CLOCK_REALTIME, &time);
  return {time.tv_sec, static_cast<std::int32_t>(time.tv_nsec)};
}

std::int64_t now_seconds() { return now().seconds; }

namespace {

constexpr std::uint64_t kDurationLimit = std::uint64_t{1} << 63;

bool is_digit_of(char c) { return c >= '0' && c <= '9'; }

/// `whole` + `fraction` / `fraction_scale`.
struct DurationNumber {
  std::uint64_t whole = 0, fraction = 0;
  double fraction_scale = 1;
};

/// Exact, as Go is: digits of a fraction that no longer fit are left out. False when there is no number, or
/// one too large.
bool take_number(std::string_view& rest, DurationNumber& number) {
  bool any = false, room = true;
  for (; !rest.empty() && is_digit_of(rest.front()); rest.remove_prefix(1), any = true) {
    if (number.whole > kDurationLimit / 10) return false;
    number.whole = number.whole * 10 + static_cast<std::uint64_t>(rest.front() - '0');
    if (number.whole > kDurationLimit) return false;
  }
  if (!rest.starts_with('.')) return any;
  for (rest.remove_prefix(1); !rest.empty() && is_digit_of(rest.front()); rest.remove_prefix(1), any = true) {
    std::uint64_t next = number.fraction * 10 + static_cast<std::uint64_t>(rest.front() - '0');
    room = room && number.fraction <= (kDurationLimit - 1) / 10 && next <= kDurationLimit;
    if (!room) continue;
    number.fraction = next;
    number.fraction_scale *= 10;
  }
  return any;
}

/// 0 for what is no unit.
std::uint64_t nanos_of_unit(std::string_view unit) {
  if (unit == "ns") return 1;
  if (unit == "us" || unit == "\xc2\xb5s" || unit == "\xce\xbcs") return 1000;
  if (unit == "ms") return 1000000;
  if (unit == "s") return 1000000000;
  if (unit == "m") return 60000000000;
  return unit == "h" ? 3600000000000 : 0;
}

}  // namespace

Result<std::chrono::nanoseconds> parse_go_duration(std::string_view text) {
  auto bad = [&](std::string_view what) {
    return std::unexpected(Status(400, "BadRequest", "time: " + std::string(what) + " " + go_quoted(text)));
  };
  std::string_view rest = text;
  bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  if (rest == "0") return std::chrono::nanoseconds(0);
  if (rest.empty()) return bad("invalid duration");
  std::uint64_t total = 0;
  while (!rest.empty()) {
    DurationNumber number;
    if (!take_number(rest, number)) return bad("invalid duration");
    std::size_t unit_length = 0;
    while (unit_length < rest.size() && rest[unit_length] != '.' && !is_digit_of(rest[unit_length]))
      ++unit_length;
    auto unit = rest.substr(0, unit_length);
    if (unit.empty()) return bad("missing unit in duration");
    std::uint64_t scale = nanos_of_unit(unit);
    if (scale == 0) return bad("unknown unit " + go_quoted(unit) + " in duration");
    rest.remove_prefix(unit_length);
    if (number.whole > kDurationLimit / scale) return bad("invalid duration");
    std::uint64_t part = number.whole * scale;
    part += static_cast<std::uint64_t>(static_cast<double>(number.fraction) *
                                       (static_cast<double>(scale) / number.fraction_scale));
    // Neither is more than the limit, 2^63: the sum does not wrap.
    if (part > kDurationLimit || (total += part) > kDurationLimit) return bad("invalid duration");
  }
  if (!negative && total == kDurationLimit) return bad("invalid duration");
  return std::chrono::nanoseconds(static_cast<std::int64_t>(negative ? -total : total));
}

std::string format_go_duration(std::chrono::nanoseconds duration) {
  std::int64_t nanos = duration.count();
  if (nanos == 0) return "0s";
  std::string sign = nanos < 0 ? "-" : "";
  std::uint64_t rest = nanos < 0 ? -static_cast<std::uint64_t>(nanos) : static_cast<std::uint64_t>(nanos);
  auto decimal = [](std::uint64_t value, std::uint64_t unit) {
    std::string text = std::to_string(value / unit);
    std::string fraction = std::to_string(unit + value % unit).substr(1);
    while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
    return fraction.empty() ? text : text + "." + fraction;
  };
  if (rest < 1000) return sign + std::to_string(rest) + "ns";
  if (rest < 1000000) return sign + decimal(rest, 1000) + "\xc2\xb5s";
  if (rest < 1000000000) return sign + decimal(rest, 1000000) + "ms";
  std::string text = decimal(rest % 60000000000, 1000000000) + "s";
  if (rest >= 60000000000) text.insert(0, std::to_string(rest / 60000000000 % 60) + "m");
  if (rest >= 3600000000000) text.insert(0, std::to_string(rest / 3600000000000) + "h");
  return sign + text;
}

std::string human_duration(std::int64_t seconds) {
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  auto two = [](std::int64_t large, const char* unit, std::int64_t small, const char* small_unit) {
    std::string text = std::to_string(large) + unit;
    return small == 0 ? text : text + std::to_string(small) + small_unit;
  };
  if (seconds < 120) return std::to_string(seconds) + "s";
  std::int64_t minutes = seconds / 60, hours = minutes / 60, days = hours / 24, years = days / 365;
  if (minutes < 10) return two(minutes, "m", seconds % 60, "s");
  if (hours < 3) return std::to_string(minutes) + "m";
  if (hours < 8) return two(hours, "h", minutes % 60, "m");
  if (hours < 48) return std::to_string(hours) + "h";
  if (days < 8) return two(days, "d", hours % 24, "h");
  if (years < 2) return std::to_string(days) + "d";
  if (years < 8) return two(years, "y", days % 365, "d");
  return std::to_string(years) + "y";
}

}  // namespace pedalion::meta
