#include "pedalion/apimachinery/codec/yaml_scalar.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>

namespace pedalion::codec {
namespace {

using json::Value;

bool one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, text) != words.end();
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Kubernetes knows integers from -2^63 to 2^64 - 1; those that no int64 holds become floats in JSON.
std::optional<Value> parse_integer(std::string_view rest) {
  bool sign_may_follow = rest.starts_with("0b");  // 0b-1 is -1 for go-yaml
  bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  int base = 10;
  if (rest.size() > 1 && rest[0] == '0') {
    char letter = static_cast<char>(rest[1] | 0x20);
    base = letter == 'x' ? 16 : letter == 'b' ? 2 : 8;  // YAML 1.1: 010 is 8
    rest.remove_prefix(letter == 'x' || letter == 'b' || letter == 'o' ? 2 : 1);
  }
  if (sign_may_follow && (rest.starts_with('-') || rest.starts_with('+'))) {
    negative = rest[0] == '-';
    rest.remove_prefix(1);
  }
  if (rest.empty() || rest[0] == '-' || rest[0] == '+') return std::nullopt;
  std::uint64_t magnitude = 0;
  auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), magnitude, base);
  if (error != std::errc() || end != rest.data() + rest.size()) return std::nullopt;
  constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
  if (magnitude > kMax + (negative ? 1 : 0)) {
    if (negative) return std::nullopt;
    return Value::number(static_cast<double>(magnitude));
  }
  return Value::integer(static_cast<std::int64_t>(negative ? -magnitude : magnitude));
}

/// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
std::optional<Value> parse_float(std::string_view text) {
  std::string_view rest = text;
  if (rest.starts_with('-') || rest.starts_with('+')) rest.remove_prefix(1);
  if (rest.empty() || (!is_digit(rest[0]) && rest[0] != '.')) return std::nullopt;
  if (!std::ranges::all_of(rest, [](char c) { return std::string_view("0123456789.eE+-").contains(c); }))
    return std::nullopt;
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end != text.data() + text.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range) {  // too small is zero, too large is text
    number = std::strtod(std::string(text).c_str(), nullptr);
    if (std::isinf(number)) return std::nullopt;
  } else if (error != std::errc()) {
    return std::nullopt;
  }
  return Value::number(number);
}

/// Does each underscore stand between two digits?
bool separates_digits(std::string_view text) {
  for (std::size_t at = text.find('_'); at != std::string_view::npos; at = text.find('_', at + 1)) {
    if (at == 0 || at + 1 == text.size() || !is_digit(text[at - 1]) || !is_digit(text[at + 1])) return false;
  }
  return true;
}

/// Reads a timestamp from its beginning, as Go's time.Parse does.
class TimestampReader {
 public:
  explicit TimestampReader(std::string_view text) : rest_(text) {}

  bool date() {
    int year = 0, month = 0, day = 0;
    if (!number(4, 4, 0, 9999, year) || !sign('-') || !number(1, 2, 1, 12, month) || !sign('-')) return false;
    static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leaps = month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return number(1, 2, 1, kDays[month - 1] + leaps, day);
  }
  bool time() {
    int ignored = 0;
    if (!number(1, 2, 0, 23, ignored) || !sign(':') || !number(1, 2, 0, 59, ignored) || !sign(':'))
      return false;
    if (!number(1, 2, 0, 59, ignored)) return false;
    if (rest_.size() > 1 && (rest_[0] == '.' || rest_[0] == ',') && is_digit(rest_[1])) {
      rest_.remove_prefix(1);
      while (!rest_.empty() && is_digit(rest_[0])) rest_.remove_prefix(1);
    }
    return true;
  }
  bool zone() {
    int ignored = 0;
    if (sign('Z')) return true;
    return (sign('+') || sign('-')) && number(2, 2, 0, 24, ignored) && sign(':') &&
           number(2, 2, 0, 59, ignored);
  }
  bool sign(char wanted) {
    if (!rest_.starts_with(wanted)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool ended() const { return rest_.empty(); }

 private:
  bool number(std::size_t least_digits, std::size_t most_digits, int least, int most, int& number) {
    std::size_t digits = 0;
    number = 0;
    for (; digits < most_digits && digits < rest_.size() && is_digit(rest_[digits]); ++digits)
      number = number * 10 + (rest_[digits] - '0');
    rest_.remove_prefix(digits);
    return digits >= least_digits && number >= least && number <= most;
  }

  std::string_view rest_;
};

}  // namespace

bool is_yaml_timestamp(std::string_view text) {
  TimestampReader reader(text);
  if (!reader.date()) return false;
  if (reader.ended()) return true;
  bool zoned = reader.sign('T') || reader.sign('t');
  if (!zoned && !reader.sign(' ')) return false;
  return reader.time() && (!zoned || reader.zone()) && reader.ended();
}

std::string_view yaml_limitless_float(std::string_view text) {
  if (one_of(text, {".nan", ".NaN", ".NAN"})) return "NaN";
  bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (!one_of(text, {".inf", ".Inf", ".INF"})) return {};
  return negative ? "-Inf" : "+Inf";
}

Value resolve_plain_scalar(std::string_view text, json::Arena& arena) {
  if (text.empty() || one_of(text, {"~", "null", "Null", "NULL"})) return {};
  if (one_of(text, {"y", "Y", "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"}))
    return Value::boolean(true);
  if (one_of(text, {"n", "N", "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"}))
    return Value::boolean(false);
  char first = text[0];
  if (!is_digit(first) && first != '-' && first != '+' && first != '.') return Value::string(text, arena);
  if (first == '.' && !separates_digits(text)) return Value::string(text, arena);
  std::string digits;
  for (char c : text) {
    if (c != '_') digits += c;
  }
  if (auto integer = parse_integer(digits)) return *integer;
  if (auto number = parse_float(digits)) return *number;
  return Value::string(text, arena);
}

bool yaml_key_less(std::string_view a, std::string_view b) {
  // What is not ASCII counts as letters.
  auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
  };
  auto at = static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
  if (at == a.size() || at == b.size()) return a.size() < b.size();
  bool a_letter = letter(a[at]), b_letter = letter(b[at]);
  if (a_letter && b_letter) return static_cast<unsigned char>(a[at]) < static_cast<unsigned char>(b[at]);
  if (a_letter || b_letter) return b_letter;
  // A zero that differs counts when digits other than zero stand before it.
  auto before = a.substr(0, at);
  auto digits = before.substr(before.find_last_not_of("0123456789") + 1);
  bool counts = (a[at] == '0' || b[at] == '0') && digits.find_first_not_of('0') != std::string_view::npos;
  auto number = [&](std::string_view text, std::size_t& end) {
    std::uint64_t value = counts ? 1 : 0;
    for (end = at; end < text.size() && is_digit(text[end]); ++end)
      value = value * 10 + static_cast<std::uint64_t>(text[end] - '0');
    return static_cast<std::int64_t>(value);  // wraps, as it does in Go
  };
  std::size_t a_end = 0, b_end = 0;
  auto a_number = number(a, a_end), b_number = number(b, b_end);
  if (a_number != b_number) return a_number < b_number;
  if (a_end != b_end) return a_end < b_end;
  return a[at] < b[at];
}

}  // namespace pedalion::codec
