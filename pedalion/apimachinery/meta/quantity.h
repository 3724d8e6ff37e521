#pragma once
// resource.Quantity: "100m", "1.5Gi", "2e3" as exact numbers, with the canonical form the API stores.
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "pedalion/base/status.h"

namespace pedalion::meta {

/// An exact decimal and the notation it was written in. Finer than 10^-9 is rounded away from zero when
/// parsed; binary notations are capped at 2^63-1. Value type.
class Quantity {
 public:
  enum class Format : std::uint8_t { kDecimalSi, kBinarySi, kDecimalExponent };

  Quantity() = default;  // "0"
  explicit Quantity(std::int64_t value, Format format = Format::kDecimalSi);
  static Quantity of_milli(std::int64_t milli, Format format = Format::kDecimalSi);

  /// Fails with 400 and Kubernetes' text: "quantities must match the regular expression '…'", "unable to
  /// parse quantity's suffix".
  static Result<Quantity> parse(std::string_view text);

  Format format() const { return format_; }
  /// As the API writes it: what was parsed when that needed no change ("+1", "1e3"), else the canonical form:
  /// nothing lost, no fraction, the largest suffix that allows it.
  std::string text() const;
  /// Rounded away from zero, capped to int64.
  std::int64_t value() const { return scaled_value(0); }
  std::int64_t milli_value() const { return scaled_value(-3); }
  /// The number of 10^exponent, rounded away from zero, capped to int64.
  std::int64_t scaled_value(int exponent) const;
  int sign() const { return digits_.empty() ? 0 : negative_ ? -1 : 1; }
  bool is_zero() const { return digits_.empty(); }
  /// Rounds away from zero to a multiple of 10^exponent; what is exact already keeps its text.
  void round_up(int exponent);

  /// By value: 1000m equals 1.
  std::strong_ordering operator<=>(const Quantity& other) const;
  bool operator==(const Quantity& other) const { return (*this <=> other) == 0; }
  /// Zero takes the format of `other`.
  Quantity& operator+=(const Quantity& other);
  Quantity& operator-=(const Quantity& other);
  Quantity operator-() const;

 private:
  struct Parts;
  Quantity(bool negative, std::string digits, std::int64_t exponent, Format format);
  static Result<Parts> split(std::string_view text);
  void normalize();
  std::strong_ordering compare_magnitude(const Quantity& other) const;

  // ± digits × 10^exponent; digits without zeros at either end, none for zero.
  bool negative_ = false;
  Format format_ = Format::kDecimalSi;
  std::int64_t exponent_ = 0;
  std::string digits_;
  std::string written_;  // the text parsed, where Kubernetes keeps it
};

/// The form in which the API stores and writes a quantity's text (white space around it ignored), or
/// parse()'s error.
Result<std::string> canonical_quantity(std::string_view text);

}  // namespace pedalion::meta
