// What services use.
#include <algorithm>

#include "pedalion/apimachinery/quota/rules.h"

namespace pedalion::quota {
namespace {

using json::Value;

constexpr std::string_view kNodePorts = "services.nodeports", kLoadBalancers = "services.loadbalancers";

bool counts(std::string_view name) { return name == kNodePorts || name == kLoadBalancers; }

/// Ports of the node are given only later: what counts is how many are wanted.
std::int64_t node_ports(const Value& service) {
  auto ports = items_at(service, {"spec", "ports"});
  auto type = service.string_at({"spec", "type"});
  if (type != "NodePort" && type != "LoadBalancer") return 0;
  const Value* allocate = service.at({"spec", "allocateLoadBalancerNodePorts"});
  if (type == "NodePort" || allocate == nullptr || allocate->bool_or(true))
    return static_cast<std::int64_t>(ports.size());
  return std::ranges::count_if(ports, [](const Value& port) {
    const Value* given = port.find("nodePort");
    return given != nullptr && given->int_or(0) != 0;
  });
}

Result<void> use(const Value& service, const Surroundings&, ResourceList& usage) {
  usage.emplace(kNodePorts, meta::Quantity(node_ports(service)));
  usage.emplace(kLoadBalancers,
                meta::Quantity(service.string_at({"spec", "type"}) == "LoadBalancer" ? 1 : 0));
  return {};
}

}  // namespace

constinit const Rules kServiceRules{"", "services", counts, nullptr, use, nullptr};

}  // namespace pedalion::quota
