#include "pedalion/apimachinery/meta/query.h"

#include <algorithm>
#include <charconv>

#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/meta/go_text.h"

namespace pedalion::meta {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_false(std::string_view text) {
  if (text == "0") return true;
  return text.size() == 5 && std::ranges::equal(text, std::string_view("false"), [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? a + ('a' - 'A') : a) == b;
         });
}

}  // namespace

std::optional<std::string> unescaped(std::string_view text, Escapes escapes) {
  bool plain = text.find('%') == std::string_view::npos &&
               (escapes == Escapes::kPath || text.find('+') == std::string_view::npos);
  if (plain) return std::string(text);
  std::string made;
  made.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    if (c == '+' && escapes == Escapes::kQuery) {
      made += ' ';
    } else if (c != '%') {
      made += c;
    } else {
      int high = at + 2 < text.size() ? hex_digit(text[at + 1]) : -1;
      int low = at + 2 < text.size() ? hex_digit(text[at + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      made += static_cast<char>(high * 16 + low);
      at += 2;
    }
  }
  return made;
}

Query::Query(std::string_view text) {
  while (!text.empty()) {
    auto end = text.find('&');
    auto pair = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (pair.empty() || pair.find(';') != std::string_view::npos) continue;
    auto equals = pair.find('=');
    auto name = unescaped(pair.substr(0, equals), Escapes::kQuery);
    auto value = equals == std::string_view::npos ? std::optional<std::string>(std::string())
                                                  : unescaped(pair.substr(equals + 1), Escapes::kQuery);
    if (name && value) pairs_.emplace_back(*std::move(name), *std::move(value));
  }
}

const std::string* Query::find(std::string_view name) const {
  auto found = std::ranges::find(pairs_, name, &std::pair<std::string, std::string>::first);
  return found == pairs_.end() ? nullptr : &found->second;
}

std::vector<std::string_view> Query::find_all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& [key, value] : pairs_) {
    if (key == name) values.push_back(value);
  }
  return values;
}

bool Query::boolean(std::string_view name) const {
  const std::string* value = find(name);
  return value != nullptr && !is_false(*value);
}

Result<std::int64_t> parse_int64(std::string_view text) {
  std::int64_t value = 0;
  auto digits = text.starts_with('+') && !text.starts_with("+-") ? text.substr(1) : text;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error == std::errc() && end == digits.data() + digits.size()) return value;
  bool whole = end == digits.data() + digits.size() && error == std::errc::result_out_of_range;
  return std::unexpected(bad_request("strconv.ParseInt: parsing " + go_quoted(text) +
                                     (whole ? ": value out of range" : ": invalid syntax")));
}

}  // namespace pedalion::meta
