#include "pedalion/controllers/endpoints/endpoints_object.h"

#include <algorithm>

#include "pedalion/controllers/ownership.h"

namespace pedalion::controllers::endpoints {
namespace {

constexpr std::string_view kManagedBy = "endpoints.kubernetes.io/managed-by";
constexpr std::string_view kOverCapacity = "endpoints.kubernetes.io/over-capacity";
constexpr std::size_t kCapacity = 1000;

json::Value address_value(const Endpoint& endpoint, json::Arena& arena) {
  auto address = json::Value::object(arena, 4);
  auto put = [&](std::string_view field, const std::string& text) {
    if (!text.empty()) address.set(field, json::Value::string(text, arena), arena);
  };
  put("ip", endpoint.ip);
  put("nodeName", endpoint.node);
  put("hostname", endpoint.hostname);
  address.set("targetRef", target_of(endpoint, arena), arena);
  return address;
}

/// `room`: for how many addresses there is; those that are ready take theirs first.
json::Value subsets_of(const Groups& groups, bool all_ready, std::size_t& room, json::Arena& arena) {
  auto subsets = json::Value::array(arena);
  for (const auto& [ports, endpoints] : groups) {
    auto subset = json::Value::object(arena);
    for (bool ready : {true, false}) {
      auto list = json::Value::array(arena);
      for (const auto& endpoint : endpoints) {
        // A pod that ends is none of its service's any more, unless all count.
        if (endpoint.terminating && !all_ready) continue;
        if ((endpoint.ready || all_ready) != ready || room == 0) continue;
        list.push_back(address_value(endpoint, arena), arena);
        --room;
      }
      if (!list.empty()) subset.set(ready ? "addresses" : "notReadyAddresses", list, arena);
    }
    if (subset.empty()) continue;
    auto values = json::Value::array(arena);
    for (const auto& port : ports) values.push_back(port_value(port, arena), arena);
    if (!values.empty()) subset.set("ports", values, arena);
    subsets.push_back(subset, arena);
  }
  return subsets;
}

bool same(const json::Value* a, const json::Value& b) {
  return a == nullptr ? b.empty() : json::equal(*a, b);
}

}  // namespace

std::optional<json::Document> wanted_endpoints(const json::Value& service,
                                               const std::vector<const json::Value*>& pods,
                                               const json::Value* present) {
  json::Document object;
  auto& [arena, root] = object;
  auto text = [&](std::string_view view) { return json::Value::string(view, arena); };
  auto groups = group(service, pods, families_of(service).front());
  std::size_t room = kCapacity;
  auto subsets = subsets_of(groups, publishes_not_ready(service), room, arena);
  auto labels = labels_for(service, arena);
  labels.set(kManagedBy, text("endpoint-controller"), arena);
  if (present != nullptr && same(present->find("subsets"), subsets) && same(labels_of(*present), labels)) {
    return std::nullopt;
  }
  if (present != nullptr) {
    root = json::deep_copy(*present, arena);
  } else {
    root = json::Value::object(arena);
    root.set("apiVersion", text("v1"), arena);
    root.set("kind", text("Endpoints"), arena);
    auto& metadata = root.object_at("metadata", arena);
    metadata.set("name", text(service.string_at({"metadata", "name"})), arena);
    metadata.set("namespace", text(service.string_at({"metadata", "namespace"})), arena);
  }
  auto& metadata = root.object_at("metadata", arena);
  metadata.set("labels", labels, arena);
  if (room == 0) {
    metadata.object_at("annotations", arena).set(kOverCapacity, text("truncated"), arena);
  } else if (auto* annotations = metadata.find("annotations")) {
    annotations->erase(kOverCapacity);
  }
  if (subsets.empty()) {
    root.erase("subsets");
  } else {
    root.set("subsets", subsets, arena);
  }
  return object;
}

}  // namespace pedalion::controllers::endpoints
