#include "pedalion/registry/builtin/kinds/workloads/job_indexes.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "pedalion/apimachinery/meta/field_error.h"

namespace pedalion::registry::builtin::kinds::workloads {

namespace {

struct Interval {
  std::int64_t first = 0, last = 0;
};
using ReadInterval = std::expected<Interval, std::string>;

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t from = 0;;) {
    std::size_t to = text.find(separator, from);
    parts.push_back(text.substr(from, to == text.npos ? to : to - from));
    if (to == text.npos) return parts;
    from = to + 1;
  }
}

/// As Go's Atoi: an optional sign and digits.
std::optional<std::int64_t> number_of(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  std::int64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::expected<std::int64_t, std::string> read_index(std::string_view text, std::int64_t completions) {
  auto index = number_of(text);
  if (!index) {
    return std::unexpected("cannot convert string to integer for index: " + meta::go_quoted(text));
  }
  if (*index >= completions) return std::unexpected("too large index: " + meta::go_quoted(text));
  return *index;
}

std::unexpected<std::string> out_of_order(std::int64_t previous, std::int64_t current) {
  return std::unexpected("non-increasing order, previous: " + std::to_string(previous) +
                         ", current: " + std::to_string(current));
}

ReadInterval read_interval(std::string_view text, std::int64_t completions) {
  auto ends = split(text, '-');
  if (ends.size() > 2) {
    return std::unexpected(
        "the fragment " + meta::go_quoted(text) +
        " violates the requirement that an index interval can have at most two parts separated by '-'");
  }
  auto first = read_index(ends[0], completions);
  if (!first) return std::unexpected(first.error());
  if (ends.size() == 1) return Interval{*first, *first};
  auto last = read_index(ends[1], completions);
  if (!last) return std::unexpected(last.error());
  if (*first >= *last) return out_of_order(*first, *last);
  return Interval{*first, *last};
}

}  // namespace

std::expected<std::int64_t, std::string> count_indexes(std::string_view text, std::int64_t completions) {
  if (text.empty()) return 0;
  std::optional<std::int64_t> last;
  std::int64_t total = 0;
  for (std::string_view part : split(text, ',')) {
    ReadInterval interval = read_interval(part, completions);
    if (!interval) return std::unexpected(interval.error());
    if (last && *last >= interval->first) return out_of_order(*last, interval->first);
    total += interval->last - interval->first + 1;
    last = interval->last;
  }
  return total;
}

std::string overlap_of_indexes(std::string_view completed, std::string_view failed,
                               std::int64_t completions) {
  if (completed.empty() || failed.empty()) return {};
  auto done = split(completed, ','), lost = split(failed, ',');
  for (std::size_t i = 0, j = 0; i < done.size() && j < lost.size();) {
    ReadInterval one = read_interval(done[i], completions), other = read_interval(lost[j], completions);
    if (!one) {
      ++i;
    } else if (!other) {
      ++j;
    } else if (one->first <= other->last && other->first <= one->last) {
      return "failedIndexes and completedIndexes overlap at index: " +
             std::to_string(std::max(one->first, other->first));
    } else {
      ++(one->first <= other->first ? i : j);
    }
  }
  return {};
}

}  // namespace pedalion::registry::builtin::kinds::workloads
