#pragma once
// IP addresses and CIDR blocks as Kubernetes' fields take them: what Go's parsers accept, what validation
// refuses of that, and what it warns of (apimachinery's util/validation/ip.go).
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/registry/builtin/kinds/field.h"

namespace pedalion::registry::builtin::kinds {

/// An address. IPv4 is kept as IPv4-mapped IPv6, as Go does.
struct IpAddress {
  std::array<std::uint8_t, 16> octets{};
  bool written_as_v6 = false;
  bool leading_zeros = false;  // "010.0.0.1": taken as decimal, which others take as octal

  /// As Go's parser always took it; nothing when it is none.
  static std::optional<IpAddress> parse(std::string_view text);
  bool is_v4() const;
  bool is_mapped() const { return written_as_v6 && is_v4(); }
  bool is_unspecified() const;
  bool is_loopback() const;
  bool is_link_local() const;
  bool is_multicast() const;
  /// None of the above, and no broadcast: what others can be reached at (Go's IsGlobalUnicast).
  bool is_global_unicast() const;
  /// Canonical: dotted, or RFC 5952.
  std::string text() const;
};

/// A block of addresses, with the address as it was written.
struct CidrBlock {
  IpAddress address;
  int prefix = 0;  // of the address's own length
  bool leading_zeros = false;

  static std::optional<CidrBlock> parse(std::string_view text);
  /// The address has bits after the prefix.
  bool has_host_bits() const;
  /// Without them.
  IpAddress network() const;
  std::string text() const;
};

/// Fields older than the strict rules need no canonical form.
enum class AddressForm : std::uint8_t { kLegacy, kCanonical };

/// Reports what is wrong with the text as an address. True when nothing is.
bool check_ip(const Field& field, AddressForm form);
bool check_cidr(const Field& field, AddressForm form);
/// The same of a text that stands elsewhere (a part of an annotation, a trimmed value).
bool check_cidr(const Field& field, std::string_view text, AddressForm form);
/// Unspecified, loopback and link-local addresses are no endpoints.
void check_no_special_ip(const Field& field);
/// One of each family. False when one is no address.
bool are_dual_stack(const Field& addresses);
bool are_dual_stack_cidrs(const Field& blocks);

/// "IPv6 address … should be in RFC 5952 canonical format". Nothing of what is no address.
void warn_of_ip(const FieldPath& path, std::string_view text, std::vector<std::string>& warnings);
void warn_of_cidr(const FieldPath& path, std::string_view text, std::vector<std::string>& warnings);

}  // namespace pedalion::registry::builtin::kinds
