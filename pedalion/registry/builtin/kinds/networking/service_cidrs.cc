// The ranges that services get their addresses from, and the addresses that are taken.
#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/addresses.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/go_form.h"
#include "pedalion/registry/builtin/kinds/networking/rows.h"

namespace pedalion::registry::builtin::kinds::networking {

namespace {

void validate_address(const Value& object, FieldErrors& errors) {
  Field address(object, errors), parent = address.at({"spec", "parentRef"});
  check_ip(address.at({"metadata", "name"}), AddressForm::kCanonical);
  if (!parent) return parent.required();
  // The core group has no name.
  if (!parent["group"].text().empty()) check_name(parent["group"], meta::dns_subdomain_problems);
  require_name(parent["resource"], meta::path_segment_name_problems);
  require_name(parent["name"], meta::path_segment_name_problems);
  if (!parent["namespace"].text().empty()) check_name(parent["namespace"], meta::path_segment_name_problems);
}

void validate_address_update(const Value& object, const Value& old, FieldErrors& errors) {
  check_immutable_struct(Field(object, errors).at({"spec", "parentRef"}),
                         Field(old, errors).at({"spec", "parentRef"}), {"networking/v1", "ParentReference"});
}

void check_cidrs(const Field& spec) {
  Field cidrs = spec["cidrs"];
  if (cidrs.empty()) return cidrs.required("at least one CIDR required");
  if (cidrs.size() > 2) {
    Field shown(spec.value(), cidrs.path(), spec.errors());
    return invalid_struct(shown, {"networking/v1", "ServiceCIDRSpec"}, "may only hold up to 2 values");
  }
  cidrs.each([](const Field& cidr) { check_cidr(cidr, AddressForm::kCanonical); });
  if (cidrs.size() < 2) return;
  auto first = CidrBlock::parse(cidrs.item(0).text()), second = CidrBlock::parse(cidrs.item(1).text());
  if (!first || !second || first->address.is_v4() != second->address.is_v4()) return;
  cidrs.invalid("may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64");
}

void validate_cidr(const Value& object, FieldErrors& errors) { check_cidrs(Field(object, errors)["spec"]); }

/// A second family may be added.
void validate_cidr_update(const Value& object, const Value& old, FieldErrors& errors) {
  Field spec = Field(object, errors)["spec"], cidrs = spec["cidrs"];
  Field before = Field(old, errors).at({"spec", "cidrs"});
  constexpr std::string_view kImmutable = "field is immutable";
  bool added = before.size() == 1 && cidrs.size() == 2;
  if (before.size() != cidrs.size() && !added) {
    return cidrs.invalid(cidrs ? *cidrs.value() : Value(), kImmutable);
  }
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (before.item(i).text() != cidrs.item(i).text()) cidrs.item(i).invalid(kImmutable);
  }
  if (added) check_cidrs(spec);
}

}  // namespace

constinit const KindRules kIpAddresses = {.group = "networking.k8s.io",
                                          .resource = "ipaddresses",
                                          .validate = validate_address,
                                          .validate_update = validate_address_update,
                                          .update_judged_alone = true};
constinit const KindRules kServiceCidrs = {.group = "networking.k8s.io",
                                           .resource = "servicecidrs",
                                           .validate = validate_cidr,
                                           .validate_update = validate_cidr_update,
                                           .update_judged_alone = true};

}  // namespace pedalion::registry::builtin::kinds::networking
