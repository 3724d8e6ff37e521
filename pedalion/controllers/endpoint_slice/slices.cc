#include "pedalion/controllers/endpoint_slice/slices.h"

#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include "pedalion/controllers/endpoints/service_endpoints.h"
#include "pedalion/controllers/ownership.h"

namespace pedalion::controllers::endpoint_slice {
namespace {

using endpoints::Endpoint;
using endpoints::EndpointPort;

constexpr std::string_view kServiceName = "kubernetes.io/service-name";
constexpr std::string_view kManagedBy = "endpointslice.kubernetes.io/managed-by";
constexpr std::string_view kController = "endpointslice-controller.k8s.io";

json::Value endpoint_value(const Endpoint& endpoint, bool all_ready, json::Arena& arena) {
  auto value = json::Value::object(arena, 5);
  auto text = [&](const std::string& view) { return json::Value::string(view, arena); };
  value.set("addresses", json::Value::array(arena), arena).push_back(text(endpoint.ip), arena);
  auto& conditions = value.object_at("conditions", arena);
  bool ready = all_ready || (endpoint.ready && !endpoint.terminating);
  conditions.set("ready", json::Value::boolean(ready), arena);
  conditions.set("serving", json::Value::boolean(endpoint.ready), arena);
  conditions.set("terminating", json::Value::boolean(endpoint.terminating), arena);
  if (!endpoint.hostname.empty()) value.set("hostname", text(endpoint.hostname), arena);
  if (!endpoint.node.empty()) value.set("nodeName", text(endpoint.node), arena);
  value.set("targetRef", endpoints::target_of(endpoint, arena), arena);
  return value;
}

json::Value labels_of_slice(const json::Value& service, json::Arena& arena) {
  auto labels = endpoints::labels_for(service, arena);
  labels.set(kManagedBy, json::Value::string(kController), arena);
  labels.set(kServiceName, json::Value::string(service.string_at({"metadata", "name"}), arena), arena);
  return labels;
}

json::Document new_slice(const json::Value& service, std::string_view family) {
  json::Document slice;
  auto& [arena, root] = slice;
  auto text = [&](std::string_view view) { return json::Value::string(view, arena); };
  root = json::Value::object(arena);
  root.set("apiVersion", text("discovery.k8s.io/v1"), arena);
  root.set("kind", text("EndpointSlice"), arena);
  auto name = service.string_at({"metadata", "name"});
  auto& metadata = root.object_at("metadata", arena);
  metadata.set("generateName", text(std::string(name) + "-"), arena);
  metadata.set("namespace", text(service.string_at({"metadata", "namespace"})), arena);
  auto reference =
      controller_reference({"v1", "Service", name, service.string_at({"metadata", "uid"})}, arena);
  metadata.set("ownerReferences", json::Value::array(arena), arena)
      .push_back(json::deep_copy(reference, arena), arena);
  root.set("addressType", text(family), arena);
  return slice;
}

/// What a slice is to hold; true when it differs from what it holds.
bool fill(json::Document& slice, const json::Value& service, const std::vector<EndpointPort>& ports,
          const std::vector<Endpoint>& wanted) {
  auto& [arena, root] = slice;
  auto list = json::Value::array(arena), values = json::Value::array(arena);
  for (const auto& endpoint : wanted)
    list.push_back(endpoint_value(endpoint, endpoints::publishes_not_ready(service), arena), arena);
  for (const auto& port : ports) {
    auto value = endpoints::port_value(port, arena);
    if (port.name.empty()) value.set("name", json::Value::string(""), arena);
    values.push_back(value, arena);
  }
  auto labels = labels_of_slice(service, arena);
  bool changed = false;
  auto put = [&](json::Value& object, std::string_view field, json::Value value) {
    const auto* before = object.find(field);
    bool none_before = before == nullptr || before->is_null();
    if (none_before ? value.empty() && value.is_array() : json::equal(*before, value)) return;
    object.set(field, value, arena);
    changed = true;
  };
  put(root, "endpoints", list);
  put(root, "ports", values);
  put(root.object_at("metadata", arena), "labels", labels);
  if (root.find("endpoints") == nullptr) root.set("endpoints", list, arena);
  return changed;
}

std::vector<EndpointPort> ports_of_slice(const json::Value& slice) {
  std::vector<EndpointPort> result;
  const auto* ports = slice.find("ports");
  if (ports == nullptr) return result;
  for (const auto& port : ports->items()) {
    const auto* number = port.find("port");
    result.push_back({std::string(port.string_at({"name"})), std::string(port.string_at({"protocol"})),
                      std::string(port.string_at({"appProtocol"})),
                      number == nullptr ? 0 : number->int_or(0)});
  }
  return result;
}

std::set<std::string> pods_of_slice(const json::Value& slice) {
  std::set<std::string> uids;
  if (const auto* list = slice.find("endpoints")) {
    for (const auto& endpoint : list->items()) uids.emplace(endpoint.string_at({"targetRef", "uid"}));
  }
  return uids;
}

/// Takes out of `wanted` what `pods` names, as far as there is room.
std::vector<Endpoint> keep(const std::set<std::string>& pods, std::vector<Endpoint>& wanted) {
  std::vector<Endpoint> kept;
  std::erase_if(wanted, [&](const Endpoint& endpoint) {
    if (kept.size() >= kSliceSize || !pods.contains(endpoint.uid)) return false;
    kept.push_back(endpoint);
    return true;
  });
  return kept;
}

void top_up(std::vector<Endpoint>& slice, std::vector<Endpoint>& wanted) {
  auto count = std::min(kSliceSize - slice.size(), wanted.size());
  slice.insert(slice.end(), wanted.begin(), wanted.begin() + static_cast<std::ptrdiff_t>(count));
  wanted.erase(wanted.begin(), wanted.begin() + static_cast<std::ptrdiff_t>(count));
}

using Present = std::vector<const json::Value*>;

/// One address type and one set of ports. `at_least_one`: a slice, even when nothing lies in it.
void plan_group(const json::Value& service, std::string_view family, const std::vector<EndpointPort>& ports,
                std::vector<Endpoint> wanted, const Present& present, bool at_least_one, SlicePlan& plan) {
  std::vector<std::vector<Endpoint>> contents;
  for (const auto* slice : present) contents.push_back(keep(pods_of_slice(*slice), wanted));
  for (auto& content : contents) {
    if (!content.empty()) top_up(content, wanted);
  }
  for (auto& content : contents) top_up(content, wanted);
  bool any = std::ranges::any_of(contents, [](const auto& content) { return !content.empty(); });
  for (std::size_t at = 0; at < present.size(); ++at) {
    bool placeholder = at_least_one && !any && at == 0;
    if (contents[at].empty() && !placeholder) {
      plan.remove.emplace_back(present[at]->string_at({"metadata", "name"}));
      continue;
    }
    json::Document copy;
    copy.root = json::deep_copy(*present[at], copy.arena);
    if (fill(copy, service, ports, contents[at])) plan.update.push_back(std::move(copy));
  }
  bool missing = at_least_one && !any && present.empty();
  while (!wanted.empty() || std::exchange(missing, false)) {
    std::vector<Endpoint> content;
    top_up(content, wanted);
    auto slice = new_slice(service, family);
    fill(slice, service, ports, content);
    plan.create.push_back(std::move(slice));
    missing = false;
  }
}

}  // namespace

SlicePlan plan_slices(const json::Value& service, const std::vector<const json::Value*>& pods,
                      const std::vector<const json::Value*>& present) {
  SlicePlan plan;
  std::map<std::string, std::map<std::vector<EndpointPort>, Present>> left;
  for (const auto* slice : present)
    left[std::string(slice->string_at({"addressType"}))][ports_of_slice(*slice)].push_back(slice);
  for (const auto& family : endpoints::families_of(service)) {
    auto groups = endpoints::group(service, pods, family);
    bool none = groups.empty();
    // Where nothing is to be reached, an empty slice says so.
    if (none) groups[{}] = {};
    auto& own = left[family];
    for (auto& [ports, wanted] : groups) {
      auto before = own.extract(ports);
      plan_group(service, family, ports, std::move(wanted), before ? before.mapped() : Present(), none, plan);
    }
  }
  for (const auto& [family, groups] : left) {
    for (const auto& [ports, slices] : groups) {
      for (const auto* slice : slices) plan.remove.emplace_back(slice->string_at({"metadata", "name"}));
    }
  }
  return plan;
}

bool is_managed(const json::Value& slice) {
  const auto* labels = labels_of(slice);
  return labels != nullptr && labels->string_at({kManagedBy}) == kController;
}

std::string_view service_of(const json::Value& slice) {
  const auto* labels = labels_of(slice);
  return labels == nullptr ? std::string_view() : labels->string_at({kServiceName});
}

}  // namespace pedalion::controllers::endpoint_slice
