#include "pedalion/registry/builtin/allocation/service_allocator.h"

#include <algorithm>
#include <random>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/registry/builtin/allocation/service_shape.h"

namespace pedalion::registry::builtin::allocation {

using json::Value;
using meta::FieldError;
using meta::FieldPath;

namespace {

constexpr std::uint64_t kRandomTries = 64;      // then one after the other …
constexpr std::uint64_t kOrderlyTries = 65536;  // … but at most so many

std::uint64_t random_below(std::uint64_t limit) {
  thread_local std::mt19937_64 engine{std::random_device{}()};
  return limit == 0 ? 0 : engine() % limit;
}

bool holds(const std::vector<Claim>& claims, const Claim& claim) {
  return std::ranges::find(claims, claim) != claims.end();
}

/// The object that stands for a claimed address.
json::Document address_object(const std::string& address, std::string_view ns, std::string_view name) {
  std::string_view family = family_of(address) == Family::kIpv6 ? "IPv6" : "IPv4";
  std::string text = R"({"kind":"IPAddress","apiVersion":"networking.k8s.io/v1","metadata":{"name":)";
  json::write_string(address, text);
  text.append(R"(,"labels":{"ipaddress.kubernetes.io/ip-family":")").append(family);
  text.append(R"(","ipaddress.kubernetes.io/managed-by":"ipallocator.k8s.io"}},"spec":{"parentRef":)");
  text.append(R"({"resource":"services","namespace":)");
  json::write_string(ns, text);
  text.append(R"(,"name":)");
  json::write_string(name, text);
  text.append("}}}");
  return json::parse(text).value();
}

}  // namespace

struct ServiceAllocator::Work {
  Value& service;
  Filler spec;
  json::Arena& arena;
  Claiming claiming;
  std::string ns, name;
  std::vector<Claim> held, claimed;
  std::vector<std::string> seen;  // "TCP/30001" of this service
  meta::FieldErrors errors;
};

ServiceAllocator::ServiceAllocator(storage::Store& store, std::string key_prefix, AddressObjects objects,
                                   ServiceRanges ranges)
    : store_(store), key_prefix_(std::move(key_prefix)), objects_(objects), ranges_(std::move(ranges)) {}

std::string ServiceAllocator::port_key(std::string_view port) const {
  return key_prefix_ + "/ranges/nodeports/" + std::string(port);
}

std::vector<Claim> ServiceAllocator::claims_of(const Value& service) {
  std::vector<Claim> claims;
  auto add = [&](Claim::Kind kind, std::string value) {
    Claim claim{kind, std::move(value)};
    if (!holds(claims, claim)) claims.push_back(std::move(claim));
  };
  if (const Value* addresses = service.at({"spec", "clusterIPs"}); addresses != nullptr) {
    for (const Value& address : addresses->items()) {
      if (family_of(address.string_or())) add(Claim::Kind::kAddress, std::string(address.string_or()));
    }
  }
  if (const Value* ports = service.at({"spec", "ports"}); ports != nullptr) {
    for (const Value& port : ports->items()) {
      const Value* number = port.find("nodePort");
      std::int64_t value = number == nullptr ? 0 : number->int_or(0);
      if (value != 0) add(Claim::Kind::kNodePort, std::to_string(value));
    }
  }
  const Value* health = service.at({"spec", "healthCheckNodePort"});
  std::int64_t value = health == nullptr ? 0 : health->int_or(0);
  if (value != 0) add(Claim::Kind::kNodePort, std::to_string(value));
  return claims;
}

Task<bool> ServiceAllocator::claim_address(const Work& work, const std::string& address) {
  rest::UserInfo user{.name = "system:apiserver", .uid = {}, .groups = {"system:masters"}, .extra = {}};
  rest::RequestContext context;
  context.user = &user;
  rest::WriteOptions options;
  options.field_manager = "kube-apiserver";
  options.dry_run = work.claiming == Claiming::kPretended;
  auto created =
      co_await objects_.creater->create(context, "", address_object(address, work.ns, work.name), options);
  co_return created.has_value();
}

Task<bool> ServiceAllocator::claim_port(const Work& work, const std::string& port) {
  std::string key = port_key(port);
  if (work.claiming == Claiming::kPretended) co_return !(co_await store_.get(key)).has_value();
  std::string owner = "{\"service\":\"" + work.ns + "/" + work.name + "\"}";
  co_return (co_await store_.create(key, Bytes(owner), std::nullopt)).has_value();
}

Task<void> ServiceAllocator::release(std::vector<Claim> claims) {
  rest::UserInfo user{.name = "system:apiserver", .uid = {}, .groups = {"system:masters"}, .extra = {}};
  for (const Claim& claim : claims) {
    if (claim.kind == Claim::Kind::kAddress) {
      rest::RequestContext context;
      context.user = &user;
      co_await objects_.deleter->remove(context, claim.value, {});
      continue;
    }
    std::string key = port_key(claim.value);
    auto entry = co_await store_.get(key);
    if (entry) co_await store_.remove(key, entry->revision);
  }
}

Task<void> ServiceAllocator::claim_free_address(Work& work, const AddressRange& range, Value& addresses) {
  // Small numbers are left to those who ask for an address by name, as long as there are others.
  std::uint64_t reserved = std::min<std::uint64_t>(std::max<std::uint64_t>(16, range.size() / 16), 256);
  std::uint64_t first = range.size() > reserved * 2 ? reserved : 0, span = range.size() - first;
  std::uint64_t start = random_below(span), tries = kRandomTries + std::min(range.size(), kOrderlyTries);
  for (std::uint64_t i = 0; i < tries; ++i) {
    std::uint64_t number = i < kRandomTries ? first + random_below(span) : (first + start + i) % range.size();
    Claim claim{Claim::Kind::kAddress, range.address(number)};
    if (!co_await claim_address(work, claim.value)) continue;
    addresses.push_back(Value::string(claim.value, work.arena), work.arena);
    work.claimed.push_back(std::move(claim));
    co_return;
  }
  work.errors.push_back(FieldError::invalid(FieldPath("spec").child("clusterIPs"), addresses,
                                            "failed to allocate a serviceIP: range is full"));
}

Task<void> ServiceAllocator::claim_addresses(Work& work) {
  if (!needs_addresses(work.spec)) co_return;
  if (Value* present = work.spec.find("clusterIPs"); present == nullptr) {
    work.spec.set("clusterIPs", Value::array(work.arena));
  }
  Value& addresses = *work.spec.find("clusterIPs");
  FieldPath path = FieldPath("spec").child("clusterIPs");
  for (std::uint32_t i = 0; i < addresses.size(); ++i) {
    Claim claim{Claim::Kind::kAddress, std::string(addresses.items()[i].string_or())};
    if (holds(work.held, claim) || holds(work.claimed, claim)) continue;
    bool ours = std::ranges::any_of(ranges_.addresses,
                                    [&](const AddressRange& range) { return range.contains(claim.value); });
    std::string_view problem = "the provided network does not match the current range";
    if (ours) {
      if (co_await claim_address(work, claim.value)) {
        work.claimed.push_back(std::move(claim));
        continue;
      }
      problem = "provided IP is already allocated";
    }
    work.errors.push_back(FieldError::invalid(
        path, addresses, "failed to allocate IP " + claim.value + ": " + std::string(problem)));
    co_return;
  }
  const Value* families = work.spec.find("ipFamilies");
  std::uint32_t wanted = families == nullptr ? 1 : families->size();
  for (std::uint32_t i = addresses.size(); i < wanted && work.errors.empty(); ++i) {
    std::string_view family = families == nullptr ? "" : families->items()[i].string_or();
    for (const AddressRange& range : ranges_.addresses) {
      if (!family.empty() && family != family_text(range.family())) continue;
      co_await claim_free_address(work, range, addresses);
      break;
    }
  }
  if (!addresses.empty()) work.spec.set("clusterIP", addresses.items()[0]);
}

Task<void> ServiceAllocator::claim_free_port(Work& work, std::string_view field, Value& holder,
                                             const schema::Type& type, std::size_t index) {
  auto count = static_cast<std::uint64_t>(ranges_.last_node_port - ranges_.first_node_port + 1);
  std::uint64_t start = random_below(count);
  for (std::uint64_t i = 0; i < kRandomTries + count; ++i) {
    std::uint64_t number = i < kRandomTries ? random_below(count) : (start + i) % count;
    int port = ranges_.first_node_port + static_cast<int>(number);
    Claim claim{Claim::Kind::kNodePort, std::to_string(port)};
    if (holds(work.held, claim) || holds(work.claimed, claim)) continue;
    if (!co_await claim_port(work, claim.value)) continue;
    defaults::set_in_order(holder, type, field, Value::integer(port), work.arena);
    work.claimed.push_back(std::move(claim));
    co_return;
  }
  work.errors.push_back(FieldError::invalid(FieldPath("spec").child("ports").index(index).child("nodePort"),
                                            std::int64_t{0}, "failed to allocate a nodePort: range is full"));
}

Task<void> ServiceAllocator::claim_port_of(Work& work, Value& port, std::size_t index) {
  const Value* number = port.find("nodePort");
  std::int64_t wanted = number == nullptr ? 0 : number->int_or(0);
  const schema::Type& type = *work.spec.type().field("ports")->type->element;
  if (wanted == 0) {
    co_await claim_free_port(work, "nodePort", port, type, index);
    co_return;
  }
  FieldPath path = FieldPath("spec").child("ports").index(index).child("nodePort");
  if (wanted < ranges_.first_node_port || wanted > ranges_.last_node_port) {
    std::string range =
        std::to_string(ranges_.first_node_port) + "-" + std::to_string(ranges_.last_node_port);
    work.errors.push_back(FieldError::invalid(
        path, wanted, "provided port is not in the valid range. The range of valid ports is " + range));
    co_return;
  }
  Claim claim{Claim::Kind::kNodePort, std::to_string(wanted)};
  std::string use = std::string(port.string_at({"protocol"})) + "/" + claim.value;
  bool twice = std::ranges::find(work.seen, use) != work.seen.end();
  work.seen.push_back(std::move(use));
  if (!twice && (holds(work.held, claim) || holds(work.claimed, claim))) co_return;
  if (!twice && co_await claim_port(work, claim.value)) {
    work.claimed.push_back(std::move(claim));
    co_return;
  }
  work.errors.push_back(FieldError::invalid(path, wanted, "provided port is already allocated"));
}

Task<void> ServiceAllocator::claim_ports(Work& work) {
  if (!needs_node_ports(work.spec)) co_return;
  Value* ports = work.spec.find("ports");
  for (std::uint32_t i = 0; ports != nullptr && i < ports->size(); ++i) {
    // Those that name a port come first in line only as they stand in the list.
    co_await claim_port_of(work, ports->items()[i], i);
    if (!work.errors.empty()) co_return;
  }
  bool health =
      work.spec.text("type") == "LoadBalancer" && work.spec.text("externalTrafficPolicy") == "Local";
  if (health && work.spec.unset("healthCheckNodePort")) {
    co_await claim_free_port(work, "healthCheckNodePort", work.spec.object(), work.spec.type(), 0);
  }
}

Task<Result<ServiceAllocator::Outcome>> ServiceAllocator::allocate(Value& service, const schema::Type& type,
                                                                   const Value* old, json::Arena& arena,
                                                                   Claiming claiming) {
  Work work{service,
            Filler(service, type, arena).in("spec"),
            arena,
            claiming,
            std::string(std::as_const(service).string_at({"metadata", "namespace"})),
            std::string(std::as_const(service).string_at({"metadata", "name"})),
            {},
            {},
            {},
            {}};
  if (old != nullptr) {
    work.held = claims_of(*old);
    keep_allocated(work.spec, *old);
  }
  shape_addresses(work.spec, old, ranges_, work.errors);
  if (work.errors.empty()) co_await claim_addresses(work);
  if (work.errors.empty()) co_await claim_ports(work);
  if (!work.errors.empty()) {
    if (claiming == Claiming::kReal) co_await release(std::move(work.claimed));
    co_return std::unexpected(meta::invalid("", "Service", work.name, work.errors));
  }
  Outcome outcome;
  std::vector<Claim> now = claims_of(service);
  for (Claim& claim : work.held) {
    if (!holds(now, claim) && claiming == Claiming::kReal) outcome.given_up.push_back(std::move(claim));
  }
  if (claiming == Claiming::kReal) outcome.claimed = std::move(work.claimed);
  co_return outcome;
}

}  // namespace pedalion::registry::builtin::allocation
