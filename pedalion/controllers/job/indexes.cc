#include "pedalion/controllers/job/indexes.h"

#include <charconv>
#include <optional>

namespace pedalion::controllers::job {
namespace {

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

}  // namespace

std::set<std::int64_t> read_indexes(std::string_view text, std::int64_t limit) {
  std::set<std::int64_t> result;
  while (!text.empty()) {
    auto comma = text.find(',');
    auto part = text.substr(0, comma);
    text = comma == text.npos ? std::string_view() : text.substr(comma + 1);
    auto dash = part.find('-');
    auto first = number(part.substr(0, dash));
    auto last = dash == part.npos ? first : number(part.substr(dash + 1));
    if (!first || !last) continue;
    for (auto index = *first; index <= *last && index < limit; ++index) result.insert(index);
  }
  return result;
}

std::string write_indexes(const std::set<std::int64_t>& indexes) {
  std::string text;
  for (auto at = indexes.begin(); at != indexes.end();) {
    auto first = *at, last = first;
    while (++at != indexes.end() && *at == last + 1) last = *at;
    if (!text.empty()) text += ',';
    text += std::to_string(first);
    if (last == first) continue;
    text += (last == first + 1 ? ',' : '-') + std::to_string(last);
  }
  return text;
}

}  // namespace pedalion::controllers::job
