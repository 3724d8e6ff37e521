#include "pedalion/apimachinery/meta/quantity.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

namespace pedalion::meta {
namespace {

using Format = Quantity::Format;

constexpr int kFastDigits = 18;  // what surely fits into an int64
constexpr int kNano = -9;
constexpr std::int64_t kMaxAlignment =
    4096;  // digits that a sum may have between its largest and smallest part

struct Suffix {
  int base;
  std::int32_t exponent;
  Format format;
};

struct NamedSuffix {
  std::string_view name;
  int exponent;
};
constexpr std::array<NamedSuffix, 10> kDecimalSuffixes = {{{"n", -9},
                                                           {"u", -6},
                                                           {"m", -3},
                                                           {"", 0},
                                                           {"k", 3},
                                                           {"M", 6},
                                                           {"G", 9},
                                                           {"T", 12},
                                                           {"P", 15},
                                                           {"E", 18}}};
constexpr std::array<NamedSuffix, 6> kBinarySuffixes = {
    {{"Ki", 10}, {"Mi", 20}, {"Gi", 30}, {"Ti", 40}, {"Pi", 50}, {"Ei", 60}}};

Status bad_format() {
  return Status(
      400, "BadRequest",
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<std::int64_t> parse_exponent(std::string_view text) {
  bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || text.size() > 19 || !std::ranges::all_of(text, is_digit)) return std::nullopt;
  std::uint64_t number = 0;
  for (char c : text) number = number * 10 + static_cast<std::uint64_t>(c - '0');
  if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) + (negative ? 1 : 0))
    return std::nullopt;
  return static_cast<std::int64_t>(negative ? -number : number);
}

std::optional<Suffix> interpret(std::string_view text) {
  for (const auto& suffix : kDecimalSuffixes) {
    if (suffix.name == text) return Suffix{10, suffix.exponent, Format::kDecimalSi};
  }
  for (const auto& suffix : kBinarySuffixes) {
    if (suffix.name == text) return Suffix{2, suffix.exponent, Format::kBinarySi};
  }
  if (text.size() < 2 || (text[0] != 'e' && text[0] != 'E')) return std::nullopt;
  auto exponent = parse_exponent(text.substr(1));
  if (!exponent) return std::nullopt;
  return Suffix{10, static_cast<std::int32_t>(*exponent), Format::kDecimalExponent};
}

void multiply(std::string& digits, unsigned factor) {
  unsigned carry = 0;
  for (std::size_t i = digits.size(); i-- > 0;) {
    unsigned product = static_cast<unsigned>(digits[i] - '0') * factor + carry;
    digits[i] = static_cast<char>('0' + product % 10);
    carry = product / 10;
  }
  std::string front = carry == 0 ? "" : std::to_string(carry);
  digits.insert(0, front);
}

/// Divides an integer's digits by 1024 when that leaves no rest.
bool divide_by_1024(std::string& digits) {
  std::string quotient;
  unsigned rest = 0;
  for (char digit : digits) {
    rest = rest * 10 + static_cast<unsigned>(digit - '0');
    if (!quotient.empty() || rest >= 1024) quotient += static_cast<char>('0' + rest / 1024);
    rest %= 1024;
  }
  if (rest != 0 || quotient.empty()) return false;
  digits = std::move(quotient);
  return true;
}

void increment(std::string& digits) {
  for (std::size_t i = digits.size(); i-- > 0;) {
    if (digits[i] != '9') {
      ++digits[i];
      return;
    }
    digits[i] = '0';
  }
  digits.insert(0, "1");
}

}  // namespace

/// A quantity's text, taken apart. `numerator` has no leading zeros but is never empty.
struct Quantity::Parts {
  bool negative = false;
  std::string_view numerator, denominator, suffix;
};

Quantity::Quantity(bool negative, std::string digits, std::int64_t exponent, Format format)
    : negative_(negative), format_(format), exponent_(exponent), digits_(std::move(digits)) {
  normalize();
}

Quantity::Quantity(std::int64_t value, Format format)
    : Quantity(value < 0, std::to_string(value).substr(value < 0 ? 1 : 0), 0, format) {}

Quantity Quantity::of_milli(std::int64_t milli, Format format) {
  Quantity made(milli, format);
  if (!made.is_zero()) made.exponent_ -= 3;
  return made;
}

void Quantity::normalize() {
  digits_.erase(0, std::min(digits_.find_first_not_of('0'), digits_.size()));
  std::size_t kept = digits_.find_last_not_of('0') + 1;  // npos + 1 is 0
  exponent_ += static_cast<std::int64_t>(digits_.size() - kept);
  digits_.resize(kept);
  if (digits_.empty()) {
    exponent_ = 0;
    negative_ = false;
  }
}

Result<Quantity::Parts> Quantity::split(std::string_view text) {
  Parts parts;
  std::size_t at = 0;
  if (text.starts_with('-') || text.starts_with('+')) {
    parts.negative = text[0] == '-';
    at = 1;
  }
  while (at < text.size() && text[at] == '0') ++at;
  std::size_t begin = at;
  while (at < text.size() && is_digit(text[at])) ++at;
  parts.numerator = at == begin ? "0" : text.substr(begin, at - begin);
  if (at < text.size() && text[at] == '.') {
    begin = ++at;
    while (at < text.size() && is_digit(text[at])) ++at;
    parts.denominator = text.substr(begin, at - begin);
  }
  begin = at;
  while (at < text.size() && std::string_view("eEinumkKMGTP").contains(text[at])) ++at;
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
  while (at < text.size() && is_digit(text[at])) ++at;
  if (at != text.size()) return std::unexpected(bad_format());
  parts.suffix = text.substr(begin);
  return parts;
}

Result<Quantity> Quantity::parse(std::string_view text) {
  if (text.empty()) return std::unexpected(bad_format());
  TRY(Parts parts, split(text));
  auto suffix = interpret(parts.suffix);
  if (!suffix) return std::unexpected(Status(400, "BadRequest", "unable to parse quantity's suffix"));
  std::string digits(parts.numerator);
  digits += parts.denominator;
  auto fraction = static_cast<std::int64_t>(parts.denominator.size());
  bool binary = suffix->base == 2;
  std::int64_t scale = (binary ? 0 : suffix->exponent) - fraction;
  // Kubernetes' fast path keeps the text of what it holds to be canonical already.
  std::int64_t precision =
      binary
          ? (fraction == 0 ? 14 - static_cast<std::int64_t>(digits.size()) - suffix->exponent * 3 / 10 : -1)
          : kFastDigits - static_cast<std::int64_t>(digits.size());
  bool fast = precision >= 0 && scale >= kNano;
  bool keeps =
      fast && (binary ? (digits.back() - '0' + (digits.size() > 1 ? digits[digits.size() - 2] - '0' : 0) * 2 +
                         (digits.size() > 2 ? digits[digits.size() - 3] - '0' : 0) * 4) %
                                8 !=
                            0
                      : scale % 3 == 0 && !digits.ends_with("000") && digits[0] != '0');
  for (int done = 0; binary && done < suffix->exponent; done += 10) multiply(digits, 1024);
  Quantity made(parts.negative, std::move(digits), scale, suffix->format);
  if (keeps) made.written_ = text;
  if (fast) return made;
  made.round_up(kNano);
  if (!binary || made.is_zero()) return made;
  static const Quantity kLargest(std::numeric_limits<std::int64_t>::max());
  if (made.compare_magnitude(kLargest) > 0) {
    made.digits_ = kLargest.digits_;
    made.exponent_ = kLargest.exponent_;
  }
  if (static_cast<std::int64_t>(made.digits_.size()) + made.exponent_ <= 0) made.format_ = Format::kDecimalSi;
  return made;
}

void Quantity::round_up(int exponent) {
  if (exponent_ >= exponent || digits_.empty()) return;
  written_.clear();
  auto dropped = static_cast<std::uint64_t>(exponent - exponent_);
  digits_.resize(dropped >= digits_.size() ? 0 : digits_.size() - dropped);
  increment(digits_);
  exponent_ = exponent;
  normalize();
}

std::int64_t Quantity::scaled_value(int exponent) const {
  Quantity rounded = *this;
  rounded.round_up(exponent);
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  std::int64_t zeros = rounded.exponent_ - exponent;
  if (rounded.is_zero()) return 0;
  if (static_cast<std::int64_t>(rounded.digits_.size()) + zeros > 19) return negative_ ? -kMax : kMax;
  std::uint64_t number = 0;
  for (char digit : rounded.digits_) number = number * 10 + static_cast<std::uint64_t>(digit - '0');
  for (std::int64_t i = 0; i < zeros; ++i) number *= 10;
  auto capped = static_cast<std::int64_t>(std::min(number, static_cast<std::uint64_t>(kMax)));
  return negative_ ? -capped : capped;
}

std::string Quantity::text() const {
  if (!written_.empty()) return written_;
  if (digits_.empty()) return "0";
  std::string out = negative_ ? "-" : "";
  auto magnitude = static_cast<std::int64_t>(digits_.size()) + exponent_;
  if (format_ == Format::kBinarySi && exponent_ >= 0 && magnitude <= 40) {
    std::string whole = digits_ + std::string(static_cast<std::size_t>(exponent_), '0');
    if (whole.size() > 4 || (whole.size() == 4 && whole >= "1024")) {
      std::size_t suffix = 0;
      while (suffix < kBinarySuffixes.size() && divide_by_1024(whole)) ++suffix;
      return out + whole + std::string(suffix == 0 ? "" : kBinarySuffixes[suffix - 1].name);
    }
  }
  std::int64_t shift = ((exponent_ % 3) + 3) % 3;
  std::int64_t exponent = exponent_ - shift;
  out += digits_ + std::string(static_cast<std::size_t>(shift), '0');
  if (format_ != Format::kDecimalExponent) {
    for (const auto& suffix : kDecimalSuffixes) {
      if (suffix.exponent == exponent) return out + std::string(suffix.name);
    }
  }
  return exponent == 0 ? out : out + "e" + std::to_string(exponent);
}

std::strong_ordering Quantity::compare_magnitude(const Quantity& other) const {
  if (is_zero() || other.is_zero()) return !is_zero() <=> !other.is_zero();
  auto mine = static_cast<std::int64_t>(digits_.size()) + exponent_;
  auto theirs = static_cast<std::int64_t>(other.digits_.size()) + other.exponent_;
  return mine != theirs ? mine <=> theirs : digits_.compare(other.digits_) <=> 0;
}

std::strong_ordering Quantity::operator<=>(const Quantity& other) const {
  if (sign() != other.sign()) return sign() <=> other.sign();
  return sign() >= 0 ? compare_magnitude(other) : other.compare_magnitude(*this);
}

Quantity& Quantity::operator+=(const Quantity& other) {
  written_.clear();
  Format format = is_zero() ? other.format_ : format_;
  bool swap = compare_magnitude(other) < 0;
  const Quantity& large = swap ? other : *this;
  const Quantity& small = swap ? *this : other;
  std::int64_t lowest = std::min(large.exponent_, small.exponent_);
  auto magnitude = static_cast<std::int64_t>(large.digits_.size()) + large.exponent_;
  if (small.is_zero() || magnitude - lowest > kMaxAlignment) {  // beyond any use: the smaller part vanishes
    *this = Quantity(large.negative_, large.digits_, large.exponent_, format);
    return *this;
  }
  std::string sum = large.digits_ + std::string(static_cast<std::size_t>(large.exponent_ - lowest), '0');
  std::string part = small.digits_ + std::string(static_cast<std::size_t>(small.exponent_ - lowest), '0');
  part.insert(0, sum.size() - part.size(), '0');
  int direction = large.negative_ == small.negative_ ? 1 : -1;
  int carry = 0;
  for (std::size_t i = sum.size(); i-- > 0;) {
    int digit = (sum[i] - '0') + direction * (part[i] - '0') + carry;
    carry = digit < 0 ? -1 : digit / 10;
    sum[i] = static_cast<char>('0' + (digit + 10) % 10);
  }
  if (carry > 0) sum.insert(0, "1");
  *this = Quantity(large.negative_, std::move(sum), lowest, format);
  return *this;
}

Quantity& Quantity::operator-=(const Quantity& other) { return *this += -other; }

Quantity Quantity::operator-() const { return Quantity(!negative_, digits_, exponent_, format_); }

Result<std::string> canonical_quantity(std::string_view text) {
  auto is_space = [](char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
  };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  TRY(Quantity quantity, Quantity::parse(text));
  return quantity.text();
}

}  // namespace pedalion::meta
