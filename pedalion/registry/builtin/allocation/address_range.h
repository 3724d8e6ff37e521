#pragma once
// A range of IP addresses, and its addresses by number.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "pedalion/base/status.h"

namespace pedalion::registry::builtin::allocation {

enum class Family : std::uint8_t { kIpv4, kIpv6 };

std::string_view family_text(Family family);  // "IPv4"
/// The family of an address; nothing when it is none.
std::optional<Family> family_of(std::string_view address);
/// Reaches only the machine itself.
bool is_loopback(std::string_view address);

/// "10.0.0.0/24". Value type.
class AddressRange {
 public:
  /// Fails with 400.
  static Result<AddressRange> parse(std::string_view cidr);

  Family family() const { return family_; }
  const std::string& text() const { return text_; }
  /// How many addresses may be given out, at most 2^63: all but the network's, and IPv4's broadcast.
  std::uint64_t size() const { return size_; }
  /// The address with a number from 0 to size() - 1, in canonical form.
  std::string address(std::uint64_t number) const;
  /// Whether `address` is one that may be given out.
  bool contains(std::string_view address) const;

 private:
  Family family_ = Family::kIpv4;
  std::array<std::uint8_t, 16> base_{};
  int length_ = 0;  // bytes of an address
  std::uint64_t size_ = 0;
  std::string text_;
};

}  // namespace pedalion::registry::builtin::allocation
