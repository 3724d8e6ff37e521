// Defaults of the core group's types.
#include <algorithm>
#include <string>

#include "pedalion/registry/builtin/defaults/defaulter.h"

namespace pedalion::registry::builtin::defaults {

namespace {

void fill_namespace(Filler& object) {
  object.in("status").fill("phase", "Active");
  Value& metadata = *object.find("metadata");
  std::string_view name = metadata.string_at({"name"});
  if (name.empty()) return;
  Filler filler(metadata, *object.type().field("metadata")->type, object.arena());
  Value& labels = filler.in("labels").object();
  labels.set("kubernetes.io/metadata.name", Value::string(name), object.arena());
  labels.sort_members();
}

std::string base64(std::string_view bytes) {
  static constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      text.push_back(i + k > bytes.size() ? '=' : kLetters[group >> (18 - 6 * k) & 63]);
    }
  }
  return text;
}

/// stringData is only ever written: it becomes data.
void fill_secret(Filler& secret) {
  const Value* texts = secret.find("stringData");
  if (texts == nullptr) return;
  if (secret.find("data") == nullptr) secret.set("data", Value::object(secret.arena()));
  Value& data = *secret.find("data");
  for (const json::Member& member : secret.find("stringData")->members()) {
    data.set(member.name, Value::string(base64(member.value.string_or()), secret.arena()), secret.arena());
  }
  data.sort_members();
  secret.object().erase("stringData");
  if (data.empty()) secret.object().erase("data");
}

/// podCIDR is the first of podCIDRs; the old field wins.
void fill_node_spec(Filler& spec) {
  std::string_view single = spec.text("podCIDR");
  Value* list = spec.find("podCIDRs");
  if (single.empty()) {
    if (list != nullptr && !list->empty()) spec.set("podCIDR", list->items()[0]);
  } else if (list == nullptr || list->empty() || list->items()[0].string_or() != single) {
    Value made = Value::array(spec.arena());
    made.push_back(Value::string(single), spec.arena());
    spec.set("podCIDRs", made);
  }
}

void fill_node_status(Filler& status) {
  const Value* capacity = status.find("capacity");
  if (capacity == nullptr || status.has("allocatable")) return;
  status.set("allocatable", json::deep_copy(*capacity, status.arena()));
}

void fill_affinity(Filler& spec) {
  if (spec.text("sessionAffinity") == "None") {
    spec.object().erase("sessionAffinityConfig");
    return;
  }
  if (spec.text("sessionAffinity") != "ClientIP") return;
  Filler client = spec.in("sessionAffinityConfig").in("clientIP");
  client.fill("timeoutSeconds", Value::integer(10800));
}

void fill_target_ports(Filler& spec) {
  Value* ports = spec.find("ports");
  if (ports == nullptr) return;
  for (Value& port : ports->items()) {
    Filler filler(port, *spec.type().field("ports")->type->element, spec.arena());
    filler.fill("protocol", "TCP");
    const Value* number = filler.find("port");
    if (number != nullptr) filler.fill("targetPort", *number);
  }
}

void fill_service(Filler& service) {
  Filler spec = service.in("spec");
  spec.fill("sessionAffinity", "None");
  spec.fill("type", "ClusterIP");
  fill_affinity(spec);
  fill_target_ports(spec);
  std::string_view type = spec.text("type");
  bool external_ips = spec.has("externalIPs");
  if (type == "NodePort" || type == "LoadBalancer" || (type == "ClusterIP" && external_ips)) {
    spec.fill("externalTrafficPolicy", "Cluster");
  }
  if (type == "NodePort" || type == "LoadBalancer" || type == "ClusterIP") {
    spec.fill("internalTrafficPolicy", "Cluster");
  }
  if (type == "LoadBalancer") spec.fill("allocateLoadBalancerNodePorts", Value::boolean(true));
  Value* ingress = service.object().at({"status", "loadBalancer", "ingress"});
  if (ingress == nullptr) return;
  for (Value& entry : ingress->items()) {
    if (!entry.string_at({"ip"}).empty() && entry.find("ipMode") == nullptr) {
      entry.set("ipMode", Value::string("VIP"), service.arena());
    }
  }
}

void fill_limits(Filler& item, std::string_view from, std::string_view to) {
  const Value* source = item.find(from);
  if (source == nullptr) return;
  if (!item.has(to)) item.set(to, Value::object(item.arena()));
  Value& target = *item.find(to);
  for (const json::Member& member : item.find(from)->members()) {
    if (target.find(member.name) == nullptr) target.set(member.name, member.value, item.arena());
  }
  target.sort_members();
  if (target.empty()) item.object().erase(to);
}

void fill_limit_range(Filler& item) {
  if (item.text("type") != "Container") return;
  fill_limits(item, "max", "default");
  fill_limits(item, "default", "defaultRequest");
  fill_limits(item, "min", "defaultRequest");
}

/// A controller without selector and labels selects, and wears, its template's labels.
void fill_controller(Filler& controller) {
  const Value* labels =
      static_cast<const Value&>(controller.object()).at({"spec", "template", "metadata", "labels"});
  if (labels == nullptr || labels->empty()) return;
  Filler spec = controller.in("spec");
  if (spec.unset("selector")) spec.set("selector", json::deep_copy(*labels, controller.arena()));
  Filler metadata(*controller.find("metadata"), *controller.type().field("metadata")->type,
                  controller.arena());
  labels = static_cast<const Value&>(controller.object()).at({"spec", "template", "metadata", "labels"});
  if (metadata.unset("labels")) metadata.set("labels", json::deep_copy(*labels, controller.arena()));
}

constexpr TypeDefault kDefaults[] = {
    {"core/v1.HostPathVolumeSource", "type", "\"\""},
    {"core/v1.EndpointPort", "protocol", "\"TCP\""},
    {"core/v1.Secret", "type", "\"Opaque\""},
    {"core/v1.PersistentVolumeSpec", "persistentVolumeReclaimPolicy", "\"Retain\""},
    {"core/v1.PersistentVolumeSpec", "volumeMode", "\"Filesystem\""},
    {"core/v1.PersistentVolumeStatus", "phase", "\"Pending\""},
    {"core/v1.PersistentVolumeClaimSpec", "volumeMode", "\"Filesystem\""},
    {"core/v1.PersistentVolumeClaimStatus", "phase", "\"Pending\""},
};

constexpr TypeHook kHooks[] = {
    {"core/v1.Namespace", fill_namespace},
    {"core/v1.NodeSpec", fill_node_spec},
    {"core/v1.NodeStatus", fill_node_status},
    {"core/v1.Secret", fill_secret},
    {"core/v1.Service", fill_service},
    {"core/v1.LimitRangeItem", fill_limit_range},
    {"core/v1.ReplicationController", fill_controller},
};

}  // namespace

std::span<const TypeDefault> core_defaults() { return kDefaults; }

std::span<const TypeHook> core_hooks() { return kHooks; }

}  // namespace pedalion::registry::builtin::defaults
