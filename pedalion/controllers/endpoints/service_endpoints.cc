#include "pedalion/controllers/endpoints/service_endpoints.h"

#include <algorithm>

#include "pedalion/controllers/pods.h"

namespace pedalion::controllers::endpoints {
namespace {

constexpr std::string_view kHeadless = "service.kubernetes.io/headless";

/// The number behind a target port: itself, or that of the container port of that name.
std::optional<std::int64_t> find_port(const json::Value& pod, const json::Value& service_port) {
  const auto* target = service_port.find("targetPort");
  auto own = service_port.find("port") == nullptr ? 0 : service_port.find("port")->int_or(0);
  if (target == nullptr) return own;
  if (target->is_int()) return target->as_int() == 0 ? own : target->as_int();
  auto protocol = service_port.find("protocol") == nullptr ? "TCP" : service_port.string_at({"protocol"});
  const auto* containers = pod.at({"spec", "containers"});
  if (containers == nullptr) return std::nullopt;
  for (const auto& container : containers->items()) {
    const auto* ports = container.find("ports");
    if (ports == nullptr) continue;
    for (const auto& port : ports->items()) {
      bool same = port.string_at({"name"}) == target->string_or() &&
                  (port.find("protocol") == nullptr ? "TCP" : port.string_at({"protocol"})) == protocol;
      if (same && port.find("containerPort") != nullptr) return port.find("containerPort")->int_or(0);
    }
  }
  return std::nullopt;
}

std::vector<EndpointPort> ports_of(const json::Value& service, const json::Value& pod) {
  std::vector<EndpointPort> result;
  const auto* ports = service.at({"spec", "ports"});
  if (ports == nullptr) return result;
  for (const auto& port : ports->items()) {
    auto number = find_port(pod, port);
    if (!number) continue;
    auto protocol = port.string_at({"protocol"});
    result.push_back({std::string(port.string_at({"name"})), std::string(protocol.empty() ? "TCP" : protocol),
                      std::string(port.string_at({"appProtocol"})), *number});
  }
  return result;
}

std::string_view family_of(std::string_view ip) { return ip.find(':') == ip.npos ? "IPv4" : "IPv6"; }

std::string_view address_of(const json::Value& pod, std::string_view family) {
  if (const auto* ips = pod.at({"status", "podIPs"})) {
    for (const auto& item : ips->items()) {
      if (family_of(item.string_at({"ip"})) == family) return item.string_at({"ip"});
    }
  }
  auto ip = pod.string_at({"status", "podIP"});
  return !ip.empty() && family_of(ip) == family ? ip : std::string_view();
}

void put(json::Value& object, std::string_view field, std::string_view text, json::Arena& arena) {
  object.set(field, json::Value::string(text, arena), arena);
}

}  // namespace

bool has_endpoints(const json::Value& service) {
  const auto* selector = service.at({"spec", "selector"});
  return selector != nullptr && !selector->empty() && service.string_at({"spec", "type"}) != "ExternalName";
}

bool selects(const json::Value& service, const json::Value& pod) {
  const auto* selector = service.at({"spec", "selector"});
  const auto* labels = labels_of(pod);
  return selector != nullptr && labels != nullptr &&
         std::ranges::all_of(selector->members(), [&](const json::Member& wanted) {
           const auto* label = labels->find(wanted.key());
           return label != nullptr && label->string_or() == wanted.value.string_or();
         });
}

bool publishes_not_ready(const json::Value& service) {
  const auto* flag = service.at({"spec", "publishNotReadyAddresses"});
  return flag != nullptr && flag->bool_or(false);
}

std::vector<std::string> families_of(const json::Value& service) {
  std::vector<std::string> result;
  if (const auto* families = service.at({"spec", "ipFamilies"})) {
    for (const auto& family : families->items()) result.emplace_back(family.string_or());
  }
  if (result.empty()) result.emplace_back("IPv4");
  return result;
}

Groups group(const json::Value& service, const std::vector<const json::Value*>& pods,
             std::string_view family) {
  Groups groups;
  for (const auto* pod : pods) {
    auto view = read_pod(*pod);
    auto ip = address_of(*pod, family);
    if (ip.empty() || view.finished() || !selects(service, *pod)) continue;
    auto ports = ports_of(service, *pod);
    const auto* wanted = service.at({"spec", "ports"});
    // A service that has ports is nowhere to be reached at a pod that has none of them.
    if (ports.empty() && wanted != nullptr && !wanted->empty()) continue;
    Endpoint endpoint{.ip = std::string(ip), .node = view.node};
    endpoint.namespace_name = pod->string_at({"metadata", "namespace"});
    endpoint.pod = view.name;
    endpoint.uid = view.uid;
    endpoint.ready = view.ready;
    endpoint.terminating = view.deleted;
    if (pod->string_at({"spec", "subdomain"}) == service.string_at({"metadata", "name"}))
      endpoint.hostname = pod->string_at({"spec", "hostname"});
    groups[std::move(ports)].push_back(std::move(endpoint));
  }
  for (auto& [ports, endpoints] : groups) std::ranges::sort(endpoints);
  return groups;
}

json::Value target_of(const Endpoint& endpoint, json::Arena& arena) {
  auto target = json::Value::object(arena, 4);
  put(target, "kind", "Pod", arena);
  put(target, "namespace", endpoint.namespace_name, arena);
  put(target, "name", endpoint.pod, arena);
  put(target, "uid", endpoint.uid, arena);
  return target;
}

json::Value port_value(const EndpointPort& port, json::Arena& arena) {
  auto value = json::Value::object(arena, 4);
  if (!port.name.empty()) put(value, "name", port.name, arena);
  value.set("port", json::Value::integer(port.port), arena);
  put(value, "protocol", port.protocol, arena);
  if (!port.app_protocol.empty()) put(value, "appProtocol", port.app_protocol, arena);
  return value;
}

json::Value labels_for(const json::Value& service, json::Arena& arena) {
  const auto* own = labels_of(service);
  auto labels = own == nullptr ? json::Value::object(arena) : json::deep_copy(*own, arena);
  labels.erase(kHeadless);
  if (service.string_at({"spec", "clusterIP"}) == "None") put(labels, kHeadless, "", arena);
  return labels;
}

}  // namespace pedalion::controllers::endpoints
