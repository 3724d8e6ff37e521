#pragma once
// Where the pods of a Service are to be reached: addresses and ports, in groups of the same ports. Pure.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/apimachinery/json/value.h"

namespace pedalion::controllers::endpoints {

struct EndpointPort {
  std::string name, protocol, app_protocol;  // app_protocol may be empty
  std::int64_t port = 0;
  auto operator<=>(const EndpointPort&) const = default;
};

struct Endpoint {
  std::string ip, node, hostname;  // node and hostname may be empty
  std::string namespace_name, pod, uid;
  bool ready = false, terminating = false;
  auto operator<=>(const Endpoint&) const = default;
};

/// Endpoints in the order of their addresses, by the ports that they have.
using Groups = std::map<std::vector<EndpointPort>, std::vector<Endpoint>>;

/// Whether a controller has to say where this service is: it selects pods, and is no other name only.
bool has_endpoints(const json::Value& service);
bool selects(const json::Value& service, const json::Value& pod);
bool publishes_not_ready(const json::Value& service);
/// "IPv4" and "IPv6", the first one first.
std::vector<std::string> families_of(const json::Value& service);

/// Of the pods that the service selects and that have an address of that family.
Groups group(const json::Value& service, const std::vector<const json::Value*>& pods,
             std::string_view family);

/// {kind, namespace, name, uid} of the endpoint's pod.
json::Value target_of(const Endpoint& endpoint, json::Arena& arena);
json::Value port_value(const EndpointPort& port, json::Arena& arena);
/// Labels of the service, as its endpoints have them.
json::Value labels_for(const json::Value& service, json::Arena& arena);

}  // namespace pedalion::controllers::endpoints
