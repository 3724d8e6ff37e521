#include "pedalion/registry/builtin/allocation/service_shape.h"

#include <algorithm>

namespace pedalion::registry::builtin::allocation {

using json::Value;
using meta::FieldError;
using meta::FieldPath;

namespace {

bool is_external(std::string_view type) { return type == "ExternalName"; }

std::string_view old_text(const Value& old, std::string_view field) { return old.string_at({"spec", field}); }

bool had_node_ports(const Value& old) {
  std::string_view type = old_text(old, "type");
  return type == "NodePort" || type == "LoadBalancer";
}

Value list_of(std::initializer_list<std::string_view> texts, json::Arena& arena) {
  Value list = Value::array(arena);
  for (std::string_view text : texts) list.push_back(Value::string(text, arena), arena);
  return list;
}

/// Ports keep their node ports by protocol and number.
void keep_node_ports(Filler& spec, const Value& old) {
  Value* ports = spec.find("ports");
  const Value* before = old.at({"spec", "ports"});
  if (ports == nullptr || before == nullptr) return;
  const schema::Type& type = *spec.type().field("ports")->type->element;
  auto number = [](const Value& port, std::string_view field) {
    const Value* value = port.find(field);
    return value == nullptr ? 0 : value->int_or(0);
  };
  for (Value& port : ports->items()) {
    if (number(port, "nodePort") != 0) continue;
    for (const Value& former : before->items()) {
      bool same = number(former, "port") == number(port, "port") &&
                  former.string_at({"protocol"}) == std::as_const(port).string_at({"protocol"});
      std::int64_t kept = number(former, "nodePort");
      bool used = std::ranges::any_of(ports->items(),
                                      [&](const Value& other) { return number(other, "nodePort") == kept; });
      if (!same || kept == 0 || used) continue;
      defaults::set_in_order(port, type, "nodePort", Value::integer(kept), spec.arena());
    }
  }
}

/// What only the former type needed goes, when it was not said anew.
void drop_node_ports(Filler& spec, const Value& old) {
  Value* ports = spec.find("ports");
  const Value* before = old.at({"spec", "ports"});
  if (ports == nullptr || before == nullptr) return;
  for (Value& port : ports->items()) {
    const Value* kept = port.find("nodePort");
    if (kept == nullptr) continue;
    bool former = std::ranges::any_of(before->items(), [&](const Value& other) {
      const Value* value = other.find("nodePort");
      return value != nullptr && json::equal(*value, *kept);
    });
    if (former) port.erase("nodePort");
  }
}

/// clusterIP is the first of clusterIPs; clients may say either.
void normalize(Filler& spec, const Value* old) {
  std::string_view single = spec.text("clusterIP");
  Value* list = spec.find("clusterIPs");
  bool no_list = list == nullptr || list->empty();
  if (old == nullptr) {
    if (!single.empty() && no_list) spec.set("clusterIPs", list_of({single}, spec.arena()));
    if (single.empty() && !no_list) spec.set("clusterIP", list->items()[0]);
    return;
  }
  std::string_view before = old_text(*old, "clusterIP");
  if (single == before || single.empty() || no_list) {
    if (!single.empty() && no_list) spec.set("clusterIPs", list_of({single}, spec.arena()));
    return;
  }
  const Value* former = old->at({"spec", "clusterIPs"});
  if (former != nullptr && json::equal(*former, *list))
    spec.set("clusterIPs", list_of({single}, spec.arena()));
}

void validate_addresses(Filler& spec, const ServiceRanges& ranges, meta::FieldErrors& errors) {
  Value* list = spec.find("clusterIPs");
  if (list == nullptr || list->empty()) return;
  FieldPath path = FieldPath("spec").child("clusterIPs");
  std::string_view type = spec.text("type");
  if (list->items()[0].string_or() != spec.text("clusterIP")) {
    errors.push_back(FieldError::invalid(path, *list, "first value must match `clusterIP`"));
  }
  std::size_t index = 0;
  for (const Value& item : list->items()) {
    FieldPath at = path.index(index++);
    std::string_view address = item.string_or();
    auto family = family_of(address);
    if (address == "None") {
      if (list->size() > 1) {
        errors.push_back(FieldError::invalid(path, *list, "'None' must be the first and only value"));
      } else if (type == "NodePort" || type == "LoadBalancer") {
        errors.push_back(FieldError::invalid(
            at, address, "may not be set to 'None' for " + std::string(type) + " services"));
      }
    } else if (!family) {
      errors.push_back(
          FieldError::invalid(at, address, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"));
    } else if (std::ranges::none_of(ranges.addresses,
                                    [&](auto& range) { return range.family() == *family; })) {
      errors.push_back(FieldError::invalid(
          at, *list, std::string(family_text(*family)) + " is not configured on this cluster"));
    }
  }
}

void check_families(Filler& spec, const ServiceRanges& ranges, meta::FieldErrors& errors) {
  FieldPath path("spec");
  bool dual = ranges.addresses.size() > 1;
  if (spec.text("ipFamilyPolicy") == "RequireDualStack" && !dual) {
    errors.push_back(FieldError::invalid(path.child("ipFamilyPolicy"), "RequireDualStack",
                                         "this cluster is not configured for dual-stack services"));
    return;
  }
  Value* families = spec.find("ipFamilies");
  if (families == nullptr) return;
  if (families->size() > 1 &&
      (spec.unset("ipFamilyPolicy") || spec.text("ipFamilyPolicy") == "SingleStack")) {
    errors.push_back(FieldError::invalid(
        path.child("ipFamilyPolicy"), "SingleStack",
        "must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified"));
    return;
  }
  std::size_t index = 0;
  for (const Value& family : families->items()) {
    FieldPath at = path.child("ipFamilies").index(index++);
    bool known = std::ranges::any_of(
        ranges.addresses, [&](auto& range) { return family_text(range.family()) == family.string_or(); });
    if (!known)
      errors.push_back(FieldError::invalid(at, family.string_or(), "not configured on this cluster"));
  }
}

void fill_families(Filler& spec, const ServiceRanges& ranges) {
  std::string_view primary = family_text(ranges.addresses.front().family());
  json::Arena& arena = spec.arena();
  bool headless = spec.text("clusterIP") == "None";
  if (headless && spec.unset("selector")) {
    // Nothing is known of the endpoints that somebody else will write: they may be of both families.
    spec.fill("ipFamilyPolicy", "RequireDualStack");
    bool both = spec.text("ipFamilyPolicy") != "SingleStack";
    if (spec.unset("ipFamilies")) {
      std::string_view other = primary == "IPv4" ? "IPv6" : "IPv4";
      spec.set("ipFamilies", both ? list_of({primary, other}, arena) : list_of({primary}, arena));
    }
    return;
  }
  spec.fill("ipFamilyPolicy", "SingleStack");
  if (!spec.unset("ipFamilies")) return;
  Value* list = spec.find("clusterIPs");
  std::string_view first = primary;
  if (list != nullptr && !list->empty()) {
    if (auto family = family_of(list->items()[0].string_or()); family) first = family_text(*family);
  }
  Value families = list_of({first}, arena);
  if (spec.text("ipFamilyPolicy") != "SingleStack") {
    for (const AddressRange& range : ranges.addresses) {
      if (family_text(range.family()) != first) {
        families.push_back(Value::string(family_text(range.family())), arena);
      }
    }
  }
  spec.set("ipFamilies", families);
}

}  // namespace

bool needs_addresses(Filler& spec) {
  return !is_external(spec.text("type")) && spec.text("clusterIP") != "None";
}

bool needs_node_ports(Filler& spec) {
  std::string_view type = spec.text("type");
  if (type == "NodePort") return true;
  const Value* wanted = spec.find("allocateLoadBalancerNodePorts");
  return type == "LoadBalancer" && (wanted == nullptr || wanted->bool_or(true));
}

void keep_allocated(Filler& spec, const Value& old) {
  bool external = is_external(spec.text("type")), was_external = is_external(old_text(old, "type"));
  if (!external && !was_external) {
    for (std::string_view field : {"clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"}) {
      const Value* before = old.at({"spec", field});
      if (before != nullptr && spec.unset(field)) spec.set(field, json::deep_copy(*before, spec.arena()));
    }
  }
  if (external && !was_external) {
    for (std::string_view field : {"clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"}) {
      spec.object().erase(field);
    }
  }
  bool has = needs_node_ports(spec), had = had_node_ports(old);
  if (has && had) {
    keep_node_ports(spec, old);
    const Value* health = old.at({"spec", "healthCheckNodePort"});
    bool local = spec.text("externalTrafficPolicy") == "Local" && spec.text("type") == "LoadBalancer";
    if (health != nullptr && local) spec.fill("healthCheckNodePort", *health);
  }
  if (had && !has) drop_node_ports(spec, old);
}

void shape_addresses(Filler& spec, const Value* old, const ServiceRanges& ranges, meta::FieldErrors& errors) {
  if (is_external(spec.text("type")) || ranges.addresses.empty()) return;
  normalize(spec, old);
  validate_addresses(spec, ranges, errors);
  if (!errors.empty()) return;
  check_families(spec, ranges, errors);
  if (errors.empty()) fill_families(spec, ranges);
  const Value* before = old == nullptr ? nullptr : old->at({"spec", "clusterIPs"});
  Value* now = spec.find("clusterIPs");
  if (before == nullptr || before->empty() || now == nullptr || is_external(old_text(*old, "type"))) return;
  if (now->empty() || !json::equal(before->items()[0], now->items()[0])) {
    errors.push_back(
        FieldError::invalid(FieldPath("spec").child("clusterIPs").index(0), *now, "may not change once set"));
  }
}

}  // namespace pedalion::registry::builtin::allocation
