#include "pedalion/registry/builtin/kinds/networking/service_facts.h"

#include <set>

#include "pedalion/registry/builtin/kinds/addresses.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/kind_rules.h"

namespace pedalion::registry::builtin::kinds::networking {

namespace {

std::string_view type_of(const Value& service) { return service.string_at({"spec", "type"}); }

bool is_none(const Field& address) { return address.text() == "None"; }

void check_first(const Field& spec) {
  Field single = spec["clusterIP"], list = spec["clusterIPs"];
  if (single.text().empty()) {
    if (!list.empty()) list.invalid("must be empty when `clusterIP` is not specified");
  } else if (list.empty()) {
    list.required();
  } else if (list.item(0).text() != single.text()) {
    list.invalid("first value must match `clusterIP`");
  }
}

void check_families(const Field& spec) {
  static constexpr std::string_view kFamilies[] = {"IPv4", "IPv6"};
  static constexpr std::string_view kPolicies[] = {"PreferDualStack", "RequireDualStack", "SingleStack"};
  std::set<std::string_view> seen;
  spec["ipFamilies"].each([&](const Field& family) {
    if (family.text() != "IPv4" && family.text() != "IPv6") family.not_supported(kFamilies);
    if (!seen.insert(family.text()).second) family.duplicate();
  });
  Field policy = spec["ipFamilyPolicy"];
  if (policy && policy.text().empty()) policy.not_supported(kPolicies);
  check_one_of(policy, kPolicies);
}

/// False when what follows would only add to the confusion.
bool check_list(const Field& list) {
  bool good = true;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (i == 0 && is_none(list.item(0))) {
      if (list.size() == 1) continue;
      list.invalid("'None' must be the first and only value");
      good = false;
    } else if (!check_ip(list.item(i), AddressForm::kLegacy)) {
      good = false;
    }
  }
  if (list.size() > 2) list.invalid("may only hold up to 2 values");
  return good;
}

void check_matches(const Field& list, const Field& families) {
  for (std::size_t i = 0; i < list.size() && i < families.size(); ++i) {
    auto address = IpAddress::parse(list.item(i).text());
    if (!address) continue;
    std::string_view family = families.item(i).text();
    bool wrong = (family == "IPv4" && !address->is_v4()) || (family == "IPv6" && address->is_v4());
    if (!wrong) continue;
    list.item(i).invalid(list.item(i).text(), "expected an " + std::string(family) +
                                                  " value as indicated by `ipFamilies[" + std::to_string(i) +
                                                  "]`");
  }
}

}  // namespace

bool is_external_name(const Value& service) { return type_of(service) == "ExternalName"; }
bool is_load_balancer(const Value& service) { return type_of(service) == "LoadBalancer"; }
bool has_node_ports(const Value& service) {
  return type_of(service) == "NodePort" || is_load_balancer(service);
}

bool is_externally_accessible(const Value& service) {
  return has_node_ports(service) ||
         (type_of(service) == "ClusterIP" && !items_at(service, {"spec", "externalIPs"}).empty());
}

bool needs_health_check(const Value& service) {
  return is_load_balancer(service) && service.string_at({"spec", "externalTrafficPolicy"}) == "Local";
}

bool is_headless(const Value& service) {
  auto addresses = items_at(service, {"spec", "clusterIPs"});
  return addresses.size() == 1 && addresses[0].string_or() == "None";
}

void check_cluster_ips(const Field& service) {
  if (is_external_name(*service.value())) return;
  Field spec = service["spec"], list = spec["clusterIPs"];
  check_first(spec);
  check_families(spec);
  if (!check_list(list)) return;
  if (list.size() > 1 && !are_dual_stack(list)) {
    list.invalid("may specify no more than one IP for each IP family");
  }
  if (!is_headless(*service.value())) check_matches(list, spec["ipFamilies"]);
}

}  // namespace pedalion::registry::builtin::kinds::networking
