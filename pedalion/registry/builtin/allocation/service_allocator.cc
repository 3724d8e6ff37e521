#include "pedalion/registry/builtin/allocation/service_allocator.h"

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <set>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/registry/builtin/allocation/service_shape.h"
#include "pedalion/registry/builtin/kinds/networking/service_facts.h"

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

std::int64_t number_of(const Value& object, std::string_view field) {
  const Value* value = object.find(field);
  return value == nullptr ? 0 : value->int_or(0);
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
  const Value* old = nullptr;
  meta::FieldErrors errors;       // for 422 …
  std::optional<Status> failure;  // … or this

  bool failed() const { return !errors.empty() || failure.has_value(); }
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
  work.failure = meta::internal_error("failed to allocate a serviceIP: range is full");
}

/// Which of clusterIPs are to be claimed: all of a service that had none, the second of one that gets a
/// second family. What else has changed, validation refuses.
std::size_t ServiceAllocator::first_to_claim(const Work& work) {
  constexpr std::size_t kNone = 2;
  const Value* old = work.old;
  if (old == nullptr || old->string_at({"spec", "type"}) == "ExternalName") return 0;
  if (old->string_at({"spec", "clusterIP"}) == "None") return kNone;
  const Value *before = old->at({"spec", "ipFamilies"}),
              *now = std::as_const(work.service).at({"spec", "ipFamilies"});
  bool more = before != nullptr && now != nullptr && before->size() == 1 && now->size() == 2;
  return more ? 1 : kNone;
}

Task<void> ServiceAllocator::claim_named_address(Work& work, const std::string& address) {
  bool ours = std::ranges::any_of(ranges_.addresses,
                                  [&](const AddressRange& range) { return range.contains(address); });
  std::string problem = "the provided network does not match the current range";
  if (ours) {
    if (co_await claim_address(work, address)) {
      work.claimed.push_back({Claim::Kind::kAddress, address});
      co_return;
    }
    problem = "provided IP is already allocated";
  }
  work.errors.push_back(FieldError::invalid(FieldPath("spec").child("clusterIPs"),
                                            *work.spec.find("clusterIPs"),
                                            "failed to allocate IP " + address + ": " + problem));
}

Task<void> ServiceAllocator::claim_addresses(Work& work) {
  if (!needs_addresses(work.spec)) co_return;
  // Before pointers to other members are taken.
  if (work.spec.find("clusterIPs") == nullptr) work.spec.set("clusterIPs", Value::array(work.arena));
  std::size_t first = first_to_claim(work);
  const Value* families = work.spec.find("ipFamilies");
  if (families == nullptr || first >= families->size()) co_return;
  Value& addresses = *work.spec.find("clusterIPs");
  for (std::size_t i = first; i < families->size() && !work.failed(); ++i) {
    if (i < addresses.size()) {
      co_await claim_named_address(work, std::string(addresses.items()[i].string_or()));
      continue;
    }
    std::string_view family = families->items()[i].string_or();
    auto range = std::ranges::find(ranges_.addresses, family,
                                   [](const AddressRange& range) { return family_text(range.family()); });
    if (range != ranges_.addresses.end()) co_await claim_free_address(work, *range, addresses);
  }
  if (!addresses.empty()) work.spec.set("clusterIP", addresses.items()[0]);
}

Task<void> ServiceAllocator::claim_free_port(Work& work, std::string_view field, Value& holder,
                                             const schema::Type& type) {
  auto count = static_cast<std::uint64_t>(ranges_.last_node_port - ranges_.first_node_port + 1);
  // As with addresses (KEP-3668).
  std::uint64_t first =
      count <= 16 ? 0 : std::min<std::uint64_t>(std::max<std::uint64_t>(16, count / 32), 128);
  std::uint64_t span = count - first, start = random_below(span);
  for (std::uint64_t i = 0; i < kRandomTries + count; ++i) {
    std::uint64_t number = i < kRandomTries ? first + random_below(span) : (first + start + i) % count;
    int port = ranges_.first_node_port + static_cast<int>(number);
    Claim claim{Claim::Kind::kNodePort, std::to_string(port)};
    if (holds(work.held, claim) || holds(work.claimed, claim)) continue;
    if (!co_await claim_port(work, claim.value)) continue;
    defaults::set_in_order(holder, type, field, Value::integer(port), work.arena);
    work.claimed.push_back(std::move(claim));
    co_return;
  }
  work.failure = meta::internal_error("failed to allocate a nodePort: range is full");
}

/// What is wrong with a port that is asked for by number; empty when it has been claimed.
Task<std::string> ServiceAllocator::claim_numbered_port(Work& work, std::int64_t number) {
  if (number < ranges_.first_node_port || number > ranges_.last_node_port) {
    co_return "provided port is not in the valid range. The range of valid ports is " +
        std::to_string(ranges_.first_node_port) + "-" + std::to_string(ranges_.last_node_port);
  }
  Claim claim{Claim::Kind::kNodePort, std::to_string(number)};
  if (holds(work.held, claim) || holds(work.claimed, claim) || !co_await claim_port(work, claim.value)) {
    co_return "provided port is already allocated";
  }
  work.claimed.push_back(std::move(claim));
  co_return "";
}

Task<void> ServiceAllocator::claim_port_of(Work& work, std::int64_t number, std::size_t index) {
  std::string problem = co_await claim_numbered_port(work, number);
  if (problem.empty()) co_return;
  work.errors.push_back(
      FieldError::invalid(FieldPath("spec").child("ports").index(index).child("nodePort"), number, problem));
}

/// Of a new service: its ports of one number (for TCP and for UDP) share a node port.
Task<void> ServiceAllocator::claim_new_ports(Work& work, std::span<Value> ports) {
  const schema::Type& type = *work.spec.type().field("ports")->type->element;
  std::map<std::int64_t, std::int64_t> node_port_of;
  for (std::size_t i = 0; i < ports.size() && !work.failed(); ++i) {
    std::int64_t wanted = number_of(ports[i], "nodePort"), number = number_of(ports[i], "port");
    if (wanted == 0 && !needs_node_ports(work.spec)) continue;
    std::int64_t& shared = node_port_of[number];
    if (shared != 0) {
      if (wanted == 0) {
        defaults::set_in_order(ports[i], type, "nodePort", Value::integer(shared), work.arena);
      } else if (wanted != shared) {
        co_await claim_port_of(work, wanted, i);
      }
      continue;
    }
    for (const Value& other : ports) {
      if (shared == 0 && number_of(other, "port") == number) shared = number_of(other, "nodePort");
    }
    if (shared == 0) {
      co_await claim_free_port(work, "nodePort", ports[i], type);
      shared = number_of(ports[i], "nodePort");
    } else {
      co_await claim_port_of(work, shared, i);
      defaults::set_in_order(ports[i], type, "nodePort", Value::integer(shared), work.arena);
    }
  }
}

Task<void> ServiceAllocator::claim_changed_ports(Work& work, std::span<Value> ports) {
  const schema::Type& type = *work.spec.type().field("ports")->type->element;
  std::set<std::string> seen;  // "TCP 30001"
  for (std::size_t i = 0; i < ports.size() && !work.failed(); ++i) {
    std::int64_t wanted = number_of(ports[i], "nodePort");
    if (wanted == 0) {
      if (!needs_node_ports(work.spec)) continue;
      co_await claim_free_port(work, "nodePort", ports[i], type);
      if (work.failed()) co_return;
    } else {
      Claim claim{Claim::Kind::kNodePort, std::to_string(wanted)};
      if (!holds(work.held, claim) && !holds(work.claimed, claim)) co_await claim_port_of(work, wanted, i);
    }
    std::string use = std::string(std::as_const(ports[i]).string_at({"protocol"})) + " " +
                      std::to_string(number_of(ports[i], "nodePort"));
    if (!seen.insert(use).second) work.failure = Status(500, "", "duplicate nodePort: {" + use + "}");
  }
}

Task<void> ServiceAllocator::claim_health_port(Work& work) {
  using kinds::networking::needs_health_check;
  if (!needs_health_check(work.service)) co_return;
  if (work.old != nullptr && needs_health_check(*work.old)) co_return;
  std::int64_t wanted = number_of(work.spec.object(), "healthCheckNodePort");
  if (wanted == 0) {
    co_await claim_free_port(work, "healthCheckNodePort", work.spec.object(), work.spec.type());
    co_return;
  }
  std::string problem = co_await claim_numbered_port(work, wanted);
  if (problem.empty()) co_return;
  work.failure = meta::internal_error("failed to allocate requested HealthCheck NodePort " +
                                      std::to_string(wanted) + ": " + problem);
}

Task<void> ServiceAllocator::claim_ports(Work& work) {
  Value* ports = work.spec.find("ports");
  if (ports != nullptr && kinds::networking::has_node_ports(work.service)) {
    if (work.old == nullptr) {
      co_await claim_new_ports(work, ports->items());
    } else {
      co_await claim_changed_ports(work, ports->items());
    }
  }
  if (!work.failed()) co_await claim_health_port(work);
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
            old,
            {},
            {}};
  if (old != nullptr) work.held = claims_of(*old);
  Filler whole(service, type, arena);
  shape_addresses(whole, old, ranges_, work.errors);
  if (!work.failed()) co_await claim_addresses(work);
  if (!work.failed()) co_await claim_ports(work);
  if (work.failed()) {
    if (claiming == Claiming::kReal) co_await release(std::move(work.claimed));
    if (work.failure) co_return std::unexpected(*std::move(work.failure));
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
