#include "pedalion/registry/builtin/kinds/networking/service_updates.h"

#include <algorithm>
#include <map>
#include <set>

#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/addresses.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/networking/service_facts.h"

namespace pedalion::registry::builtin::kinds::networking {

namespace {

std::string_view text_of(const Value& service, std::string_view field) {
  return service.string_at({"spec", field});
}

std::int64_t number_of(const Value& object, std::string_view field) {
  const Value* value = object.find(field);
  return value == nullptr ? 0 : value->int_or(0);
}

bool same_field(const Value& a, const Value& b, std::string_view field) {
  return !differs(a, b, {"spec", field});
}

void set_list_of(Filler& spec, std::string_view address) {
  Value list = Value::array(spec.arena());
  list.push_back(Value::string(address, spec.arena()), spec.arena());
  spec.set("clusterIPs", list);
}

void keep(Filler& spec, const Value& old, std::string_view field) {
  const Value* before = old.at({"spec", field});
  if (before != nullptr && spec.unset(field)) spec.set(field, json::deep_copy(*before, spec.arena()));
}

std::set<std::int64_t> node_ports(const Value& service) {
  std::set<std::int64_t> used;
  for (const Value& port : items_at(service, {"spec", "ports"})) {
    if (std::int64_t number = number_of(port, "nodePort"); number != 0) used.insert(number);
  }
  return used;
}

/// Ports keep their node ports by name, unless another port of the service has taken it.
void keep_node_ports(Filler& service, const Value& old) {
  Filler spec = service.in("spec");
  Value* ports = spec.find("ports");
  if (ports == nullptr) return;
  std::set<std::int64_t> used = node_ports(service.object());
  std::map<std::string_view, std::int64_t> before;
  for (const Value& port : items_at(old, {"spec", "ports"})) {
    before[port.string_at({"name"})] = number_of(port, "nodePort");
  }
  const schema::Type& type = *spec.type().field("ports")->type->element;
  for (Value& port : ports->items()) {
    if (number_of(port, "nodePort") != 0) continue;
    auto found = before.find(std::as_const(port).string_at({"name"}));
    if (found == before.end() || found->second == 0 || used.contains(found->second)) continue;
    defaults::set_in_order(port, type, "nodePort", Value::integer(found->second), spec.arena());
  }
}

void keep_allocated(Filler& service, const Value& old) {
  const Value& object = service.object();
  Filler spec = service.in("spec");
  if (!is_external_name(old) && !is_external_name(object)) {
    keep(spec, old, "clusterIP");
    keep(spec, old, "clusterIPs");
  }
  if (has_node_ports(old) && has_node_ports(object)) keep_node_ports(service, old);
  if (needs_health_check(old) && needs_health_check(object)) keep(spec, old, "healthCheckNodePort");
}

void drop_node_ports(Filler& spec) {
  Value* ports = spec.find("ports");
  for (std::size_t i = 0; ports != nullptr && i < ports->size(); ++i) ports->items()[i].erase("nodePort");
}

/// What the former type had, the new one has not, and the client did not change.
void drop_type_dependent(Filler& service, const Value& old) {
  const Value& object = service.object();
  Filler spec = service.in("spec");
  auto drop = [&](std::string_view field) {
    if (same_field(object, old, field)) spec.object().erase(field);
  };
  if (!is_external_name(old) && is_external_name(object)) {
    if (same_field(object, old, "clusterIP") && same_field(object, old, "clusterIPs")) {
      spec.object().erase("clusterIP");
      spec.object().erase("clusterIPs");
    }
    for (std::string_view field : {"ipFamilies", "ipFamilyPolicy"}) drop(field);
  }
  if (has_node_ports(old) && !has_node_ports(object) &&
      std::ranges::includes(node_ports(old), node_ports(object))) {
    drop_node_ports(spec);
  }
  if (needs_health_check(old) && !needs_health_check(object)) drop("healthCheckNodePort");
  if (is_load_balancer(old) && !is_load_balancer(object)) {
    drop("allocateLoadBalancerNodePorts");
    drop("loadBalancerClass");
  }
  if (is_externally_accessible(old) && !is_externally_accessible(object)) drop("externalTrafficPolicy");
  if (!is_load_balancer(object)) {
    service.in("status").set("loadBalancer", Value::object(service.arena()));
  }
}

/// kube-apiserver stores it and shows it to nobody.
void drop_internal_policy(Filler& service) {
  if (is_external_name(service.object())) service.in("spec").object().erase("internalTrafficPolicy");
}

bool both_have_addresses(const Field& service, const Field& old) {
  return !is_external_name(*service.value()) && !is_external_name(*old.value());
}

constexpr std::string_view kOnce = "may not change once set";

void check_addresses_kept(const Field& service, const Field& old) {
  Field list = service["spec"]["clusterIPs"], before = old["spec"]["clusterIPs"];
  if (is_headless(*service.value()) && is_headless(*old.value())) return;
  Field policy = service["spec"]["ipFamilyPolicy"];
  auto report_first = [&](std::string_view detail) {
    // The whole list is shown at its first element.
    list.reported_at(list.path().index(0)).invalid(list ? *list.value() : Value(), detail);
  };
  if (before.size() == list.size()) {
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (before.item(i).text() == list.item(i).text()) continue;
      list.reported_at(list.path().index(i)).invalid(*list.value(), kOnce);
    }
    return;
  }
  if (list.empty()) return report_first("primary clusterIP can not be unset");
  if (!before.empty() && list.item(0).text() != before.item(0).text()) report_first(kOnce);
  if (before.size() > list.size() && list.size() == 1 && policy.text() != "SingleStack") {
    policy.invalid(policy ? *policy.value() : Value(),
                   "must be set to 'SingleStack' when releasing the secondary clusterIP");
  }
}

void check_families_kept(const Field& service, const Field& old) {
  Field list = service["spec"]["ipFamilies"], before = old["spec"]["ipFamilies"];
  if (is_headless(*service.value()) || is_headless(*old.value())) return;
  Field policy = service["spec"]["ipFamilyPolicy"], addresses = service["spec"]["clusterIPs"];
  Field first = list.reported_at(list.path().index(0));
  auto shown = [](const Field& field) { return field ? *field.value() : Value(); };
  if (before.size() == list.size()) {
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (before.item(i).text() != list.item(i).text()) first.invalid(shown(list), kOnce);
    }
    return;
  }
  if (before.size() > list.size() && addresses.empty()) {
    first.invalid(shown(list), "primary ipFamily can not be unset");
  }
  if (!list.empty() && !before.empty() && list.item(0).text() != before.item(0).text()) {
    first.invalid(shown(addresses), kOnce);
  }
  if (before.size() > list.size() && list.size() == 1 && policy.text() != "SingleStack") {
    policy.invalid(shown(policy), "must be set to 'SingleStack' when releasing the secondary ipFamily");
  }
}

void warn_of_headless(const Value& spec, Warnings& warnings) {
  if (!spec.string_at({"loadBalancerIP"}).empty()) {
    warnings.push_back("spec.loadBalancerIP is ignored for headless services");
  }
  if (!items_at(spec, {"externalIPs"}).empty()) {
    warnings.push_back("spec.externalIPs is ignored for headless services");
  }
  if (spec.string_at({"sessionAffinity"}) != "None") {
    warnings.push_back("spec.SessionAffinity is ignored for headless services");
  }
}

void warn_of_list(const Value& spec, std::string_view list,
                  void (*warn)(const FieldPath&, std::string_view, Warnings&), Warnings& warnings) {
  std::size_t index = 0;
  for (const Value& item : items_at(spec, {list})) {
    warn(FieldPath("spec").child(list).index(index++), item.string_or(), warnings);
  }
}

}  // namespace

void normalize_cluster_ips(Filler& service, const Value* old) {
  Filler spec = service.in("spec");
  std::string_view single = spec.text("clusterIP");
  const Value* list = spec.find("clusterIPs");
  bool no_list = list == nullptr || list->empty();
  if (old == nullptr) {
    if (!single.empty() && no_list) set_list_of(spec, single);
    return;
  }
  std::string_view before = text_of(*old, "clusterIP");
  if (no_list && single == before) keep(spec, *old, "clusterIPs");
  if (single == before || !same_field(service.object(), *old, "clusterIPs")) return;
  if (single.empty()) {
    spec.object().erase("clusterIPs");
  } else {
    set_list_of(spec, single);
  }
}

void prepare_service(Filler& service) {
  service.in("status").set("loadBalancer", Value::object(service.arena()));
  normalize_cluster_ips(service, nullptr);
  drop_internal_policy(service);
}

void prepare_service_update(Filler& service, const Value& old) {
  keep_allocated(service, old);
  normalize_cluster_ips(service, &old);
  drop_type_dependent(service, old);
  drop_internal_policy(service);
}

void check_load_balancer_class(const Field& spec) {
  Field name = spec["loadBalancerClass"];
  if (!name) return;
  if (spec["type"].text() != "LoadBalancer") {
    return name.forbidden("may only be used when `type` is 'LoadBalancer'");
  }
  check_name(name, meta::qualified_name_problems);
}

void check_service_change(const Field& service, const Field& old) {
  if (both_have_addresses(service, old)) {
    check_addresses_kept(service, old);
    check_families_kept(service, old);
  }
  Field spec = service["spec"], name = spec["loadBalancerClass"], health = spec["healthCheckNodePort"];
  bool balanced = is_load_balancer(*service.value()) && is_load_balancer(*old.value());
  if (balanced && !same(name, old["spec"]["loadBalancerClass"])) {
    name.invalid(name ? *name.value() : Value(), kOnce);
  }
  check_load_balancer_class(spec);
  if (needs_health_check(*service.value()) && needs_health_check(*old.value()) &&
      health.number() != old["spec"]["healthCheckNodePort"].number()) {
    health.forbidden("field is immutable");
  }
}

void warn_of_service(const Value& service, Warnings& warnings) {
  static const Value kNone;
  const Value* found = service.find("spec");
  const Value& spec = found == nullptr ? kNone : *found;
  if (service.at({"metadata", "annotations", "service.kubernetes.io/topology-aware-hints"}) != nullptr) {
    warnings.push_back(
        "annotation service.kubernetes.io/topology-aware-hints is deprecated, please use "
        "service.kubernetes.io/topology-mode instead");
  }
  bool headless = spec.string_at({"clusterIP"}) == "None", external = is_external_name(service);
  if (!headless) warn_of_list(spec, "clusterIPs", warn_of_ip, warnings);
  if (headless && spec.string_at({"type"}) == "ClusterIP") warn_of_headless(spec, warnings);
  warn_of_list(spec, "externalIPs", warn_of_ip, warnings);
  std::string_view balancer = spec.string_at({"loadBalancerIP"});
  if (!balancer.empty()) warn_of_ip(FieldPath("spec").child("loadBalancerIP"), balancer, warnings);
  warn_of_list(spec, "loadBalancerSourceRanges", warn_of_cidr, warnings);
  if (!items_at(spec, {"externalIPs"}).empty() && !headless) {
    warnings.push_back(
        external ? "spec.externalIPs is ignored when spec.type is \"ExternalName\""
                 : "spec.externalIPs is deprecated and may no longer be implemented in some clusters");
  }
  if (!external && !spec.string_at({"externalName"}).empty()) {
    warnings.push_back("spec.externalName is ignored when spec.type is not \"ExternalName\"");
  }
  if (spec.string_at({"trafficDistribution"}) == "PreferClose") {
    warnings.push_back("spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"");
  }
}

}  // namespace pedalion::registry::builtin::kinds::networking
