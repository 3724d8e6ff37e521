#include "pedalion/registry/builtin/allocation/address_range.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <span>

#include "pedalion/apimachinery/meta/errors.h"

namespace pedalion::registry::builtin::allocation {

namespace {

using Octets = std::array<std::uint8_t, 16>;

std::optional<std::pair<Family, Octets>> parse_address(std::string_view address) {
  std::string text(address);
  Octets octets{};
  if (inet_pton(AF_INET, text.c_str(), octets.data()) == 1) return std::pair(Family::kIpv4, octets);
  if (inet_pton(AF_INET6, text.c_str(), octets.data()) == 1) return std::pair(Family::kIpv6, octets);
  return std::nullopt;
}

/// Adds within the last 8 bytes.
void add(std::span<std::uint8_t> octets, std::uint64_t number) {
  for (std::size_t i = octets.size(); i-- > 0 && number != 0;) {
    number += octets[i];
    octets[i] = static_cast<std::uint8_t>(number);
    number >>= 8;
  }
}

}  // namespace

std::string_view family_text(Family family) { return family == Family::kIpv4 ? "IPv4" : "IPv6"; }

std::optional<Family> family_of(std::string_view address) {
  auto parsed = parse_address(address);
  if (!parsed) return std::nullopt;
  return parsed->first;
}

bool is_loopback(std::string_view address) { return address.starts_with("127.") || address == "::1"; }

Result<AddressRange> AddressRange::parse(std::string_view cidr) {
  std::size_t slash = cidr.find('/');
  auto address = parse_address(cidr.substr(0, slash));
  int prefix = -1;
  if (slash != cidr.npos) std::from_chars(cidr.data() + slash + 1, cidr.data() + cidr.size(), prefix);
  AddressRange range;
  int bits = !address ? 0 : address->first == Family::kIpv4 ? 32 : 128;
  if (!address || prefix < 0 || prefix > bits) {
    return std::unexpected(meta::bad_request("invalid CIDR address: " + std::string(cidr)));
  }
  range.family_ = address->first;
  range.length_ = bits / 8;
  range.base_ = address->second;
  int host_bits = bits - prefix;
  for (int bit = prefix; bit < bits; ++bit) {
    auto& octet = range.base_[static_cast<std::size_t>(bit / 8)];
    octet = static_cast<std::uint8_t>(octet & ~(0x80 >> bit % 8));
  }
  std::uint64_t all = host_bits >= 63 ? std::uint64_t{1} << 63 : std::uint64_t{1} << host_bits;
  std::uint64_t unusable = range.family_ == Family::kIpv4 ? 2 : 1;
  range.size_ = all > unusable ? all - unusable : 0;
  range.text_ = std::string(cidr);
  return range;
}

std::string AddressRange::address(std::uint64_t number) const {
  auto octets = base_;
  add(std::span(octets).first(static_cast<std::size_t>(length_)), number + 1);
  char text[INET6_ADDRSTRLEN];
  inet_ntop(family_ == Family::kIpv4 ? AF_INET : AF_INET6, octets.data(), text, sizeof text);
  return text;
}

bool AddressRange::contains(std::string_view address) const {
  auto parsed = parse_address(address);
  if (!parsed || parsed->first != family_) return false;
  // The distance to the base, if nothing above the last 8 bytes differs.
  std::uint64_t number = 0, base = 0;
  std::size_t length = static_cast<std::size_t>(length_), low = length > 8 ? length - 8 : 0;
  if (!std::equal(base_.begin(), base_.begin() + static_cast<std::ptrdiff_t>(low), parsed->second.begin())) {
    return false;
  }
  for (std::size_t i = low; i < length; ++i) {
    number = number << 8 | parsed->second[i];
    base = base << 8 | base_[i];
  }
  return number > base && number - base <= size_;
}

}  // namespace pedalion::registry::builtin::allocation
