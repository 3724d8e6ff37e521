#include "pedalion/registry/builtin/kinds/workloads/cron_schedule.h"

#include <algorithm>
#include <charconv>
#include <span>
#include <vector>

#include "pedalion/apimachinery/meta/field_error.h"
#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/registry/builtin/kinds/workloads/time_zones.h"

namespace pedalion::registry::builtin::kinds::workloads {
namespace {

using Problem = std::optional<std::string>;

struct Bounds {
  unsigned low, high;
  std::span<const std::string_view> names;  // of the first values, in lower case
  unsigned first_name;
};

constexpr std::string_view kSpaces = " \t\n\v\f\r";
constexpr std::string_view kMonths[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                        "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::string_view kDays[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
constexpr Bounds kBounds[] = {
    {0, 59, {}, 0}, {0, 23, {}, 0}, {1, 31, {}, 0}, {1, 12, kMonths, 1}, {0, 6, kDays, 0}};

std::vector<std::string_view> split(std::string_view text, std::string_view separators, bool keep_empty) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    std::size_t end = std::min(text.find_first_of(separators, begin), text.size());
    if (keep_empty || end > begin) parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

Problem parse_number(std::string_view text, unsigned& number) {
  long long value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
    return "failed to parse int from " + std::string(text) + ": strconv.Atoi: parsing " +
           meta::go_quoted(text) + ": invalid syntax";
  }
  if (value < 0) return "negative number (" + std::to_string(value) + ") not allowed: " + std::string(text);
  number = static_cast<unsigned>(std::min<long long>(value, 1 << 30));
  return std::nullopt;
}

Problem parse_value(std::string_view text, const Bounds& bounds, unsigned& number) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (std::size_t i = 0; i < bounds.names.size(); ++i) {
    if (bounds.names[i] == lower) {
      number = bounds.first_name + static_cast<unsigned>(i);
      return std::nullopt;
    }
  }
  return parse_number(text, number);
}

Problem check_range(std::string_view text, const Bounds& bounds) {
  auto parts = split(text, "/", true);
  auto ends = split(parts[0], "-", true);
  unsigned begin = bounds.low, end = bounds.high, step = 1;
  bool single = ends.size() == 1;
  if (ends[0] != "*" && ends[0] != "?") {
    if (auto problem = parse_value(ends[0], bounds, begin)) return problem;
    end = begin;
    if (ends.size() == 2) {
      if (auto problem = parse_value(ends[1], bounds, end)) return problem;
    } else if (ends.size() > 2) {
      return "too many hyphens: " + std::string(text);
    }
  }
  if (parts.size() == 2) {
    if (auto problem = parse_number(parts[1], step)) return problem;
    if (single && ends[0] != "*" && ends[0] != "?") end = bounds.high;
  } else if (parts.size() > 2) {
    return "too many slashes: " + std::string(text);
  }
  auto between = [&](std::string_view what, unsigned value, std::string_view relation, unsigned bound,
                     std::string_view name) {
    return std::string(what) + " (" + std::to_string(value) + ") " + std::string(relation) + " " +
           std::string(name) + " (" + std::to_string(bound) + "): " + std::string(text);
  };
  if (begin < bounds.low) return between("beginning of range", begin, "below", bounds.low, "minimum");
  if (end > bounds.high) return between("end of range", end, "above", bounds.high, "maximum");
  if (begin > end) return between("beginning of range", begin, "beyond", end, "end of range");
  if (step == 0) return "step of range should be a positive number: " + std::string(text);
  return std::nullopt;
}

Problem check_descriptor(std::string_view text) {
  for (std::string_view known :
       {"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"}) {
    if (text == known) return std::nullopt;
  }
  if (!text.starts_with("@every ")) return "unrecognized descriptor: " + std::string(text);
  auto duration = meta::parse_go_duration(text.substr(7));
  if (duration) return std::nullopt;
  return "failed to parse duration " + std::string(text) + ": " + duration.error().message;
}

/// Takes "TZ=NAME " off the schedule.
Problem take_zone(std::string_view& schedule) {
  if (!schedule.starts_with("TZ=") && !schedule.starts_with("CRON_TZ=")) return std::nullopt;
  std::size_t name = schedule.find('=') + 1, space = std::min(schedule.find(' '), schedule.size());
  std::string zone(schedule.substr(name, space - name));
  schedule.remove_prefix(space);
  schedule.remove_prefix(std::min(schedule.find_first_not_of(kSpaces), schedule.size()));
  if (is_known_time_zone(zone)) return std::nullopt;
  return "provided bad location " + zone + ": unknown time zone " + zone;
}

}  // namespace

std::optional<std::string> cron_problem(std::string_view schedule) {
  if (schedule.empty()) return "empty spec string";
  if (auto problem = take_zone(schedule)) return problem;
  if (schedule.starts_with('@')) return check_descriptor(schedule);
  auto fields = split(schedule, kSpaces, false);
  if (fields.size() != 5) {
    std::string all;
    for (std::string_view field : fields) all += (all.empty() ? "" : " ") + std::string(field);
    return "expected exactly 5 fields, found " + std::to_string(fields.size()) + ": [" + all + "]";
  }
  for (std::size_t i = 0; i < fields.size(); ++i) {
    for (std::string_view range : split(fields[i], ",", false)) {
      if (auto problem = check_range(range, kBounds[i])) return problem;
    }
  }
  return std::nullopt;
}

}  // namespace pedalion::registry::builtin::kinds::workloads
