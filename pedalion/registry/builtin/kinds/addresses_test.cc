#include "pedalion/registry/builtin/kinds/addresses.h"

#include <gtest/gtest.h>

namespace pedalion::registry::builtin::kinds {
namespace {

std::string canonical(std::string_view text) {
  auto address = IpAddress::parse(text);
  return address ? address->text() : "none";
}

/// What check() says of a text, joined; empty when nothing.
template <class Check>
std::string said(std::string_view text, Check check) {
  Value value = Value::string(text);
  FieldErrors errors;
  check(Field(&value, FieldPath("f"), errors));
  std::string out;
  for (const FieldError& error : errors) out += (out.empty() ? "" : "; ") + error.detail;
  return out;
}
std::string ip(std::string_view text, AddressForm form = AddressForm::kLegacy) {
  return said(text, [&](const Field& field) { check_ip(field, form); });
}
std::string cidr(std::string_view text, AddressForm form = AddressForm::kLegacy) {
  return said(text, [&](const Field& field) { check_cidr(field, form); });
}
std::string special(std::string_view text) { return said(text, check_no_special_ip); }

TEST(Addresses, AreWrittenCanonically) {
  EXPECT_EQ(canonical("10.0.0.1"), "10.0.0.1");
  EXPECT_EQ(canonical("FE80:0:0:0:0:0:0:0abc"), "fe80::abc");
  EXPECT_EQ(canonical("1:0:0:2:0:0:0:3"), "1:0:0:2::3");
  EXPECT_EQ(canonical("1:0:2:3:4:5:6:7"), "1:0:2:3:4:5:6:7");
  EXPECT_EQ(canonical("::"), "::");
  EXPECT_EQ(canonical("1::"), "1::");
  EXPECT_EQ(canonical("::ffff:1.2.3.4"), "1.2.3.4");
  EXPECT_EQ(canonical("::1.2.3.4"), "::102:304");
  EXPECT_EQ(canonical("010.0.0.01"), "10.0.0.1");
  for (std::string_view bad :
       {"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "a.b.c.d", ":::", "1.2.3.+4", "1..2.3"}) {
    EXPECT_EQ(canonical(bad), "none") << bad;
  }
}

TEST(Addresses, AreJudgedByForm) {
  EXPECT_EQ(ip("10.0.0.1"), "");
  EXPECT_EQ(ip("x"), "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
  EXPECT_EQ(ip("010.0.0.1"), "must not have leading 0s");
  EXPECT_EQ(ip("::ffff:1.2.3.4"), "must not be an IPv4-mapped IPv6 address");
  EXPECT_EQ(ip("2001:DB8::1"), "");
  EXPECT_EQ(ip("2001:DB8::1", AddressForm::kCanonical), "must be in canonical form (\"2001:db8::1\")");
}

TEST(Addresses, BlocksAreJudged) {
  EXPECT_EQ(cidr("10.0.0.0/24"), "");
  EXPECT_EQ(cidr("10.0.0.0"), "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
  EXPECT_EQ(cidr("10.0.0.0/33"), "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
  EXPECT_EQ(cidr("10.0.0.7/24"), "must not have bits set beyond the prefix length");
  EXPECT_EQ(cidr("10.0.0.0/08"), "must not have leading 0s in IP or prefix length");
  EXPECT_EQ(cidr("::ffff:10.0.0.0/104"), "must not have an IPv4-mapped IPv6 address");
  EXPECT_EQ(cidr("FD00::/64"), "");
  EXPECT_EQ(cidr("FD00::/64", AddressForm::kCanonical), "must be in canonical form (\"fd00::/64\")");
}

TEST(Addresses, SpecialOnesAreNamed) {
  EXPECT_EQ(special("8.8.8.8"), "");
  EXPECT_EQ(special("0.0.0.0"), "may not be unspecified (0.0.0.0)");
  EXPECT_EQ(special("::1"), "may not be in the loopback range (127.0.0.0/8, ::1/128)");
  EXPECT_EQ(special("169.254.169.254"), "may not be in the link-local range (169.254.0.0/16, fe80::/10)");
  EXPECT_EQ(special("fe80::1"), "may not be in the link-local range (169.254.0.0/16, fe80::/10)");
  EXPECT_EQ(special("224.0.0.1"), "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
  EXPECT_EQ(special("224.0.1.1"), "");
}

TEST(Addresses, WarningsSayWhatToWrite) {
  std::vector<std::string> warnings;
  warn_of_ip(FieldPath("spec").child("ip"), "2001:DB8::1", warnings);
  warn_of_cidr(FieldPath("c"), "10.0.0.7/24", warnings);
  warn_of_cidr(FieldPath("c"), "FD00::/64", warnings);
  warn_of_ip(FieldPath("c"), "10.0.0.1", warnings);
  ASSERT_EQ(warnings.size(), 3U);
  EXPECT_EQ(warnings[0],
            "spec.ip: IPv6 address \"2001:DB8::1\" should be in RFC 5952 canonical format (\"2001:db8::1\")");
  EXPECT_EQ(warnings[1],
            "c: CIDR value \"10.0.0.7/24\" is ambiguous in this context (should be \"10.0.0.0/24\" or "
            "\"10.0.0.7/32\"?)");
  EXPECT_EQ(warnings[2],
            "c: IPv6 CIDR value \"FD00::/64\" should be in RFC 5952 canonical format (\"fd00::/64\")");
}

}  // namespace
}  // namespace pedalion::registry::builtin::kinds
