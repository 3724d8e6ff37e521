#include "pedalion/apimachinery/json/cursor.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "pedalion/apimachinery/json/utf8.h"

namespace pedalion::json {
namespace {

constexpr std::array<bool, 256> make_table(std::string_view characters) {
  std::array<bool, 256> table{};
  for (char character : characters) table[static_cast<unsigned char>(character)] = true;
  return table;
}
constexpr auto kStructural = make_table("\"{}[]");
constexpr auto kScalarEnd = make_table(",}] \t\r\n");

std::optional<std::uint32_t> hex4(std::string_view text) {
  std::uint32_t value = 0;
  if (text.size() < 4) return std::nullopt;
  auto [end, error] = std::from_chars(text.data(), text.data() + 4, value, 16);
  if (error != std::errc() || end != text.data() + 4) return std::nullopt;
  return value;
}

/// `raw` begins with a backslash and one more character. Returns how many characters the escape takes.
std::size_t unescape_one(std::string_view raw, std::string& out) {
  constexpr std::string_view kNames = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
  if (std::size_t simple = kNames.find(raw[1]); simple != std::string_view::npos) {
    out.push_back(kMeanings[simple]);
    return 2;
  }
  auto unit = raw[1] == 'u' ? hex4(raw.substr(2)) : std::nullopt;
  if (!unit) {
    out.push_back(raw[0]);
    return 1;
  }
  if (*unit >= 0xd800 && *unit < 0xdc00 && raw.substr(6).starts_with("\\u")) {
    if (auto low = hex4(raw.substr(8)); low && *low >= 0xdc00 && *low < 0xe000) {
      json::append_utf8(0x10000 + ((*unit - 0xd800) << 10) + (*low - 0xdc00), out);
      return 12;
    }
  }
  json::append_utf8(*unit >= 0xd800 && *unit < 0xe000 ? 0xfffd : *unit, out);
  return 6;
}

}  // namespace

bool Cursor::scalar(std::string_view& text) {
  const char* start = at_;
  while (at_ != end_ && !kScalarEnd[static_cast<unsigned char>(*at_)]) ++at_;
  text = {start, at_};
  return at_ != start;
}

bool Cursor::skip_value() {
  skip_space();
  if (at_ == end_) return false;
  if (*at_ == '{' || *at_ == '[') {
    ++at_;
    return skip_container();
  }
  ScannedText ignored;
  return *at_ == '"' ? string(ignored) : scalar(ignored.raw);
}

bool Cursor::skip_container() {
  for (std::size_t depth = 1; at_ != end_;) {
    if (!kStructural[static_cast<unsigned char>(*at_)]) {
      ++at_;
      continue;
    }
    if (*at_ == '"') {
      ScannedText ignored;
      if (!string(ignored)) return false;
      continue;
    }
    char character = *at_++;
    if (character == '{' || character == '[') {
      ++depth;
    } else if (--depth == 0) {
      return true;
    }
  }
  return false;
}

void unescape(std::string_view raw, std::string& out) {
  while (!raw.empty()) {
    const std::size_t plain = std::min(raw.find('\\'), raw.size());
    out.append(raw.substr(0, plain));
    raw.remove_prefix(plain);
    if (raw.size() == 1) out.push_back(raw.front());
    if (raw.size() < 2) return;
    raw.remove_prefix(unescape_one(raw, out));
  }
}

}  // namespace pedalion::json
