#include <algorithm>

#include "pedalion/registry/builtin/printers/printer.h"

namespace pedalion::registry::builtin::printers {
namespace {

constexpr rest::TableColumn kIngressColumns[] = {kNameColumn,       column("Class"), column("Hosts"),
                                                 column("Address"), column("Ports"), kAgeColumn};
constexpr rest::TableColumn kIngressClassColumns[] = {kNameColumn, column("Controller"), column("Parameters"),
                                                      kAgeColumn};
constexpr rest::TableColumn kNetworkPolicyColumns[] = {kNameColumn, column("Pod-Selector"), kAgeColumn};
constexpr rest::TableColumn kAddressColumns[] = {kNameColumn, column("ParentRef")};
constexpr rest::TableColumn kServiceCidrColumns[] = {kNameColumn, column("CIDRs"), kAgeColumn};
constexpr rest::TableColumn kSliceColumns[] = {kNameColumn, column("AddressType"), column("Ports"),
                                               column("Endpoints"), kAgeColumn};

void print_ingress(Row& row) {
  const Value& ingress = row.object;
  std::vector<std::string> hosts, addresses;
  for (const Value& rule : items_of(ingress, {"spec", "rules"})) {
    if (auto host = rule.string_at({"host"}); !host.empty()) hosts.emplace_back(host);
  }
  for (const Value& entry : items_of(ingress, {"status", "loadBalancer", "ingress"})) {
    auto ip = entry.string_at({"ip"});
    addresses.emplace_back(ip.empty() ? entry.string_at({"hostname"}) : ip);
  }
  row.name();
  row.field({"spec", "ingressClassName"}, "<none>");
  row.text(hosts.empty() ? "*" : joined_some(hosts, 3));
  row.text(joined(addresses));
  row.text(items_of(ingress, {"spec", "tls"}).empty() ? "80" : "80, 443");
  row.age();
}

void print_ingress_class(Row& row) {
  const Value* parameters = row.object.at({"spec", "parameters"});
  std::string text = "<none>";
  if (parameters != nullptr && parameters->is_object()) {
    text = parameters->string_at({"kind"});
    if (auto group = parameters->string_at({"apiGroup"}); !group.empty()) text += "." + std::string(group);
    text += "/" + std::string(parameters->string_at({"name"}));
  }
  row.name();
  row.field({"spec", "controller"});
  row.text(text);
  row.age();
}

void print_network_policy(Row& row) {
  row.name();
  row.text(selector_text(row.object.at({"spec", "podSelector"})));
  row.age();
}

void print_address(Row& row) {
  const Value* parent = row.object.at({"spec", "parentRef"});
  std::string text = "<none>";
  if (parent != nullptr && parent->is_object()) {
    text = parent->string_at({"resource"});
    if (auto group = parent->string_at({"group"}); !group.empty()) text += "." + std::string(group);
    if (auto ns = parent->string_at({"namespace"}); !ns.empty()) text += "/" + std::string(ns);
    text += "/" + std::string(parent->string_at({"name"}));
  }
  row.name();
  row.text(text);
  row.age();  // a cell more than there are columns, as kube-apiserver has it
}

void print_service_cidr(Row& row) {
  std::vector<std::string> ranges;
  for (const Value& range : items_of(row.object, {"spec", "cidrs"})) ranges.emplace_back(range.string_or());
  row.name();
  row.text(joined(ranges));
  row.age();
}

void print_slice(Row& row) {
  std::vector<std::string> ports, addresses;
  for (const Value& port : items_of(row.object, {"ports"})) {
    const Value* number = port.find("port");
    auto name = port.string_at({"name"});
    if (number != nullptr && number->is_int())
      ports.push_back(scalar_text(number));
    else
      ports.emplace_back(name.empty() ? "*" : name);
  }
  for (const Value& endpoint : items_of(row.object, {"endpoints"})) {
    for (const Value& address : items_of(endpoint, {"addresses"}))
      addresses.emplace_back(address.string_or());
  }
  row.name();
  row.field({"addressType"});
  row.text(ports.empty() ? "<unset>" : joined_some(ports, 3));
  row.text(addresses.empty() ? "<unset>" : joined_some(addresses, 3));
  row.age();
}

constexpr Printer kPrinters[] = {
    {"networking.k8s.io", "ingresses", kIngressColumns, print_ingress},
    {"networking.k8s.io", "ingressclasses", kIngressClassColumns, print_ingress_class},
    {"networking.k8s.io", "networkpolicies", kNetworkPolicyColumns, print_network_policy},
    {"networking.k8s.io", "ipaddresses", kAddressColumns, print_address},
    {"networking.k8s.io", "servicecidrs", kServiceCidrColumns, print_service_cidr},
    {"discovery.k8s.io", "endpointslices", kSliceColumns, print_slice},
};

}  // namespace

std::span<const Printer> networking_printers() { return kPrinters; }

}  // namespace pedalion::registry::builtin::printers
