#include "pedalion/registry/builtin/kinds/addresses.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <ranges>

namespace pedalion::registry::builtin::kinds {

namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/// Digits only, at most `limit`; sets `leading_zero` when the number is written with one.
std::optional<int> decimal(std::string_view text, int limit, bool& leading_zero) {
  int number = 0;
  if (text.empty() || !std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) return {};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number > limit) return {};
  leading_zero = leading_zero || (text.size() > 1 && text.front() == '0');
  return number;
}

std::optional<IpAddress> parse_dotted(std::string_view text) {
  IpAddress address;
  std::ranges::copy(kMappedPrefix, address.octets.begin());
  std::size_t count = 0;
  for (auto part : std::views::split(text, '.')) {
    auto number = decimal(std::string_view(part.begin(), part.end()), 255, address.leading_zeros);
    if (!number || count == 4) return {};
    address.octets[12 + count++] = static_cast<std::uint8_t>(*number);
  }
  if (count != 4) return {};
  return address;
}

std::string dotted(const std::array<std::uint8_t, 16>& octets) {
  char text[16];
  std::snprintf(text, sizeof text, "%d.%d.%d.%d", octets[12], octets[13], octets[14], octets[15]);
  return text;
}

std::string quoted(std::string_view text) { return meta::go_quoted(text); }

std::string canonical_detail(const std::string& text) {
  return "must be in canonical form (" + quoted(text) + ")";
}

bool every_bit_zero(const std::array<std::uint8_t, 16>& octets, std::size_t until) {
  return std::ranges::all_of(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(until),
                             [](std::uint8_t octet) { return octet == 0; });
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.find(':') == text.npos) return parse_dotted(text);
  IpAddress address;
  address.written_as_v6 = true;
  if (inet_pton(AF_INET6, std::string(text).c_str(), address.octets.data()) != 1) return {};
  return address;
}

bool IpAddress::is_v4() const {
  return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), octets.begin());
}

std::string IpAddress::text() const {
  if (is_v4()) return dotted(octets);
  auto group = [this](int i) {
    return octets[static_cast<std::size_t>(2 * i)] << 8 | octets[static_cast<std::size_t>(2 * i + 1)];
  };
  // The longest run of two zero groups or more is left out, the first of equals.
  int gap = -1, gap_length = 1;
  for (int i = 0; i < 8; ++i) {
    int length = 0;
    while (i + length < 8 && group(i + length) == 0) ++length;
    if (length > gap_length) gap = i, gap_length = length;
    i += std::max(0, length - 1);
  }
  std::string text;
  for (int i = 0; i < 8; ++i) {
    if (i == gap) {
      text += "::";
      i += gap_length - 1;
      continue;
    }
    char digits[8];
    std::snprintf(digits, sizeof digits, "%x", group(i));
    if (!text.empty() && text.back() != ':') text += ':';
    text += digits;
  }
  return text;
}

std::optional<CidrBlock> CidrBlock::parse(std::string_view text) {
  std::size_t slash = text.find('/');
  if (slash == text.npos) return {};
  auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return {};
  CidrBlock block{.address = *address, .leading_zeros = address->leading_zeros};
  auto prefix = decimal(text.substr(slash + 1), address->written_as_v6 ? 128 : 32, block.leading_zeros);
  if (!prefix) return {};
  block.prefix = *prefix;
  return block;
}

IpAddress CidrBlock::network() const {
  IpAddress network = address;
  int from = prefix + (address.written_as_v6 ? 0 : 96);
  for (int bit = from; bit < 128; ++bit) {
    auto& octet = network.octets[static_cast<std::size_t>(bit / 8)];
    octet = static_cast<std::uint8_t>(octet & ~(0x80 >> bit % 8));
  }
  return network;
}

bool CidrBlock::has_host_bits() const { return network().octets != address.octets; }

std::string CidrBlock::text() const { return network().text() + "/" + std::to_string(prefix); }

bool check_ip(const Field& field, AddressForm form) {
  auto address = IpAddress::parse(field.text());
  std::string detail;
  if (!address) {
    detail = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
  } else if (address->leading_zeros) {
    detail = "must not have leading 0s";
  } else if (address->is_mapped()) {
    detail = "must not be an IPv4-mapped IPv6 address";
  } else if (form == AddressForm::kCanonical && address->text() != field.text()) {
    detail = canonical_detail(address->text());
  }
  if (!detail.empty()) field.invalid(field.text(), detail);
  return detail.empty();
}

bool check_cidr(const Field& field, AddressForm form) { return check_cidr(field, field.text(), form); }

bool check_cidr(const Field& field, std::string_view text, AddressForm form) {
  auto block = CidrBlock::parse(text);
  std::string detail;
  if (!block) {
    detail = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
  } else if (block->leading_zeros) {
    detail = "must not have leading 0s in IP or prefix length";
  } else if (block->address.is_mapped()) {
    detail = "must not have an IPv4-mapped IPv6 address";
  } else if (block->has_host_bits()) {
    detail = "must not have bits set beyond the prefix length";
  } else if (form == AddressForm::kCanonical && block->text() != text) {
    detail = canonical_detail(block->text());
  }
  if (!detail.empty()) field.invalid(text, detail);
  return detail.empty();
}

namespace {

/// The octets begin with `first` and, under the mask, `second`; `at` is where the address begins.
bool begins(const IpAddress& address, std::size_t at, std::uint8_t first, std::uint8_t second,
            std::uint8_t mask) {
  return address.octets[at] == first && (address.octets[at + 1] & mask) == second;
}

constexpr std::size_t kV4 = 12;  // where an IPv4 address begins among the octets

}  // namespace

bool IpAddress::is_unspecified() const {
  static constexpr std::array<std::uint8_t, 4> kZero{};
  return is_v4() ? std::equal(kZero.begin(), kZero.end(), octets.begin() + kV4) : every_bit_zero(octets, 16);
}

bool IpAddress::is_loopback() const {
  return is_v4() ? octets[kV4] == 127 : every_bit_zero(octets, 15) && octets[15] == 1;
}

bool IpAddress::is_link_local() const {
  return is_v4() ? begins(*this, kV4, 169, 254, 0xff) : begins(*this, 0, 0xfe, 0x80, 0xc0);
}

bool IpAddress::is_multicast() const { return is_v4() ? (octets[kV4] & 0xf0) == 0xe0 : octets[0] == 0xff; }

bool IpAddress::is_global_unicast() const {
  bool broadcast =
      is_v4() && std::all_of(octets.begin() + kV4, octets.end(), [](auto o) { return o == 255; });
  return !broadcast && !is_unspecified() && !is_loopback() && !is_multicast() && !is_link_local();
}

void check_no_special_ip(const Field& field) {
  auto address = IpAddress::parse(field.text());
  if (!address) return field.invalid(field.text(), "must be a valid IP address");
  if (address->is_unspecified()) {
    field.invalid(field.text(), "may not be unspecified (" + std::string(field.text()) + ")");
  }
  if (address->is_loopback()) {
    field.invalid(field.text(), "may not be in the loopback range (127.0.0.0/8, ::1/128)");
  }
  if (address->is_link_local()) {
    field.invalid(field.text(), "may not be in the link-local range (169.254.0.0/16, fe80::/10)");
  }
  bool near = address->is_v4() ? begins(*address, kV4, 224, 0, 0xff) && address->octets[14] == 0
                               : begins(*address, 0, 0xff, 0x02, 0x0f);
  if (near) {
    field.invalid(field.text(), "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
  }
}

namespace {

template <class Parse>
bool are_both_families(const Field& list, Parse is_v4) {
  bool v4 = false, v6 = false, all = true;
  list.each([&](const Field& item) {
    std::optional<bool> family = is_v4(item.text());
    if (!family) {
      all = false;
    } else {
      (*family ? v4 : v6) = true;
    }
  });
  return all && v4 && v6;
}

}  // namespace

bool are_dual_stack(const Field& addresses) {
  return are_both_families(addresses, [](std::string_view text) -> std::optional<bool> {
    auto address = IpAddress::parse(text);
    if (!address) return {};
    return address->is_v4();
  });
}

bool are_dual_stack_cidrs(const Field& blocks) {
  return are_both_families(blocks, [](std::string_view text) -> std::optional<bool> {
    auto block = CidrBlock::parse(text);
    if (!block) return {};
    return block->address.is_v4();
  });
}

void warn_of_ip(const FieldPath& path, std::string_view text, std::vector<std::string>& warnings) {
  auto address = IpAddress::parse(text);
  if (!address) return;
  std::string canonical = address->text();
  if (address->leading_zeros || address->is_mapped()) {
    warnings.push_back(path.text() + ": non-standard IP address " + quoted(text) +
                       " will be considered invalid in a future Kubernetes release: use " +
                       quoted(canonical));
  } else if (address->written_as_v6 && canonical != text) {
    warnings.push_back(path.text() + ": IPv6 address " + quoted(text) +
                       " should be in RFC 5952 canonical format (" + quoted(canonical) + ")");
  }
}

void warn_of_cidr(const FieldPath& path, std::string_view text, std::vector<std::string>& warnings) {
  auto block = CidrBlock::parse(text);
  if (!block) return;
  std::string canonical = block->text();
  std::size_t before = warnings.size();
  if (block->has_host_bits()) {
    std::string alone = block->address.text() + (block->address.written_as_v6 ? "/128" : "/32");
    warnings.push_back(path.text() + ": CIDR value " + quoted(text) +
                       " is ambiguous in this context (should be " + quoted(canonical) + " or " +
                       quoted(alone) + "?)");
  }
  if (block->leading_zeros || block->address.is_mapped()) {
    warnings.push_back(path.text() + ": non-standard CIDR value " + quoted(text) +
                       " will be considered invalid in a future Kubernetes release: use " +
                       quoted(canonical));
  }
  if (warnings.size() == before && block->address.written_as_v6 && canonical != text) {
    warnings.push_back(path.text() + ": IPv6 CIDR value " + quoted(text) +
                       " should be in RFC 5952 canonical format (" + quoted(canonical) + ")");
  }
}

}  // namespace pedalion::registry::builtin::kinds
