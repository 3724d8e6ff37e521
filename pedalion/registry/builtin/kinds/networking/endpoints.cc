// Endpoints, and the slices that took their place.
#include <set>

#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/addresses.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/networking/rows.h"
#include "pedalion/registry/builtin/kinds/ports.h"
#include "pedalion/registry/builtin/kinds/selectors.h"

namespace pedalion::registry::builtin::kinds::networking {

namespace {

void check_address(const Field& address) {
  check_ip(address["ip"], AddressForm::kLegacy);
  if (!address["hostname"].text().empty()) check_name(address["hostname"], meta::dns_label_problems);
  if (address["nodeName"]) check_name(address["nodeName"], meta::dns_subdomain_problems);
  check_no_special_ip(address["ip"]);
}

void check_port(const Field& port, bool needs_name) {
  Field name = port["name"];
  if (!name.text().empty()) {
    check_name(name, meta::dns_label_problems);
  } else if (needs_name) {
    name.required();
  }
  check_port_number(port["port"]);
  check_protocol(port["protocol"]);
  if (port["appProtocol"]) check_name(port["appProtocol"], meta::qualified_name_problems);
}

void validate_endpoints(const Value& object, FieldErrors& errors) {
  Field(object, errors)["subsets"].each([](const Field& subset) {
    Field ready = subset["addresses"], not_ready = subset["notReadyAddresses"], ports = subset["ports"];
    if (ready.empty() && not_ready.empty())
      subset.required("must specify `addresses` or `notReadyAddresses`");
    ready.each(check_address);
    not_ready.each(check_address);
    ports.each([&](const Field& port) { check_port(port, ports.size() > 1); });
  });
}

void warn_of_endpoints(const Value& endpoints, Warnings& warnings) {
  std::size_t i = 0;
  for (const Value& subset : items_at(endpoints, {"subsets"})) {
    FieldPath at = FieldPath("subsets").index(i++);
    for (std::string_view list : {"addresses", "notReadyAddresses"}) {
      std::size_t j = 0;
      for (const Value& address : items_at(subset, {list})) {
        warn_of_ip(at.child(list).index(j++).child("ip"), address.string_at({"ip"}), warnings);
      }
    }
  }
}

std::string joined(const meta::Problems& problems) {
  std::string all;
  for (const std::string& problem : problems) all += (all.empty() ? "" : ",") + problem;
  return all;
}

void check_domain_name(const Field& field) {
  std::string_view name = field.text();
  if (name.empty()) return field.required();
  if (name.ends_with('.')) name.remove_suffix(1);
  if (auto problems = meta::dns_subdomain_problems(name); !problems.empty()) {
    return field.invalid(name, joined(problems));
  }
  if (name.find('.') == name.npos) {
    return field.invalid(name, "should be a domain with at least two segments separated by dots");
  }
  while (!name.empty()) {
    std::string_view label = name.substr(0, name.find('.'));
    auto problems = meta::dns_label_problems(label);
    if (!problems.empty()) return field.invalid(label, joined(problems));
    name.remove_prefix(std::min(name.size(), label.size() + 1));
  }
}

void check_slice_addresses(const Field& addresses, std::string_view type) {
  if (addresses.empty()) addresses.required("must contain at least 1 address");
  if (addresses.size() > 100) addresses.too_many(100);
  addresses.each([&](const Field& address) {
    if (type == "FQDN") return check_domain_name(address);
    if ((type != "IPv4" && type != "IPv6") || !check_ip(address, AddressForm::kCanonical)) return;
    if (IpAddress::parse(address.text())->is_v4() != (type == "IPv4")) {
      addresses.invalid(address.text(), "must be an " + std::string(type) + " address");
    }
    check_no_special_ip(address);
  });
}

void check_hints(const Field& list, meta::NameRule rule) {
  if (list.size() > 8) return list.too_many(8);
  std::set<std::string_view> seen;
  list.each([&](const Field& hint) {
    if (!seen.insert(hint["name"].text()).second) hint["name"].duplicate();
    check_name(hint["name"], rule);
  });
}

void check_endpoint(const Field& endpoint, std::string_view type) {
  check_slice_addresses(endpoint["addresses"], type);
  if (endpoint["nodeName"]) check_name(endpoint["nodeName"], meta::dns_subdomain_problems);
  Field topology = endpoint["deprecatedTopology"];
  if (topology.size() > 16) topology.too_many(16);
  check_labels(topology);
  if (endpoint["hostname"]) check_name(endpoint["hostname"], meta::dns_label_problems);
  check_hints(endpoint.at({"hints", "forZones"}), meta::label_value_problems);
  check_hints(endpoint.at({"hints", "forNodes"}), meta::dns_subdomain_problems);
}

void check_slice_ports(const Field& ports) {
  if (ports.size() > 20000) return ports.too_many(20000);
  std::set<std::string_view> names;
  ports.each([&](const Field& port) {
    Field name = port["name"];
    if (!name.text().empty()) check_name(name, meta::dns_label_problems);
    if (!names.insert(name.text()).second) name.duplicate();
    check_protocol(port["protocol"]);
    if (port["appProtocol"]) check_name(port["appProtocol"], meta::qualified_name_problems);
  });
}

void validate_slice(const Value& object, FieldErrors& errors) {
  static constexpr std::string_view kTypes[] = {"FQDN", "IPv4", "IPv6"};
  Field slice(object, errors), type = slice["addressType"], endpoints = slice["endpoints"];
  require_one_of(type, kTypes);
  if (endpoints.size() > 1000) {
    endpoints.too_many(1000);
  } else {
    endpoints.each([&](const Field& endpoint) { check_endpoint(endpoint, type.text()); });
  }
  check_slice_ports(slice["ports"]);
}

void validate_slice_update(const Value& object, const Value& old, FieldErrors& errors) {
  check_immutable(Field(object, errors)["addressType"], Field(old, errors)["addressType"]);
}

/// The first version's topology cannot be written any more. A node's name in it becomes the node's name.
void drop_topology(Filler& slice, const Value* old) {
  Value* endpoints = slice.find("endpoints");
  if (endpoints == nullptr || (old != nullptr && !differs(slice.object(), *old, {"endpoints"}))) return;
  std::set<std::string_view> known;
  if (old != nullptr) {
    for (const Value& endpoint : items_at(*old, {"endpoints"})) {
      known.insert(endpoint.string_at({"deprecatedTopology", "kubernetes.io/hostname"}));
    }
  }
  const schema::Type& type = *slice.type().field("endpoints")->type->element;
  for (Value& endpoint : endpoints->items()) {
    std::string_view node =
        std::as_const(endpoint).string_at({"deprecatedTopology", "kubernetes.io/hostname"});
    Filler filler(endpoint, type, slice.arena());
    bool names_node = !node.empty() && known.contains(node) && meta::dns_subdomain_problems(node).empty();
    if (names_node && !filler.has("nodeName")) filler.set_text("nodeName", node);
    endpoint.erase("deprecatedTopology");
  }
}

void prepare_slice(Filler& slice, const rest::RequestContext&) { drop_topology(slice, nullptr); }

void prepare_slice_update(Filler& slice, const Value& old) { drop_topology(slice, &old); }

void warn_of_slice(const Value& slice, Warnings& warnings) {
  if (slice.string_at({"addressType"}) == "FQDN") {
    warnings.push_back("spec.addressType: FQDN endpoints are deprecated");
  }
}

}  // namespace

constinit const KindRules kEndpoints = {
    .group = "", .resource = "endpoints", .validate = validate_endpoints, .warn = warn_of_endpoints};
constinit const KindRules kEndpointSlices = {.group = "discovery.k8s.io",
                                             .resource = "endpointslices",
                                             .prepare_create = prepare_slice,
                                             .prepare_update = prepare_slice_update,
                                             .validate = validate_slice,
                                             .validate_update = validate_slice_update,
                                             .warn = warn_of_slice};

}  // namespace pedalion::registry::builtin::kinds::networking
