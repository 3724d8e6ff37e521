// Network policies.
#include <algorithm>

#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/addresses.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/networking/rows.h"
#include "pedalion/registry/builtin/kinds/ports.h"
#include "pedalion/registry/builtin/kinds/selectors.h"

namespace pedalion::registry::builtin::kinds::networking {

namespace {

void check_port(const Field& port) {
  static constexpr std::string_view kProtocols[] = {"TCP", "UDP", "SCTP"};
  Field protocol = port["protocol"], number = port["port"], end = port["endPort"];
  if (protocol && std::ranges::find(kProtocols, protocol.text()) == std::end(kProtocols)) {
    protocol.not_supported(kProtocols);
  }
  if (!number) {
    if (end) end.invalid("may not be specified when `port` is not specified");
    return;
  }
  bool named = number.value()->is_string();
  if (named && end) end.invalid("may not be specified when `port` is non-numeric");
  check_port_number_or_name(number);
  if (named || !end) return;
  // What is shown is the port.
  if (end.number() < number.number()) {
    end.invalid(*number.value(), "must be greater than or equal to `port`");
  }
  check_port_number(end);
}

/// `inner` lies in `outer`, and is smaller.
bool is_strict_subset(const CidrBlock& inner, const CidrBlock& outer) {
  if (inner.address.is_v4() != outer.address.is_v4() || outer.prefix >= inner.prefix) return false;
  CidrBlock widened = inner;
  widened.prefix = outer.prefix;
  return widened.network().octets == outer.network().octets;
}

void check_block(const Field& block) {
  if (!require_text(block["cidr"])) return;
  check_cidr(block["cidr"], AddressForm::kLegacy);
  auto whole = CidrBlock::parse(block["cidr"].text());
  if (!whole) return;
  block["except"].each([&](const Field& part) {
    check_cidr(part, AddressForm::kLegacy);
    auto parsed = CidrBlock::parse(part.text());
    if (parsed && !is_strict_subset(*parsed, *whole)) part.invalid("must be a strict subset of `cidr`");
  });
}

void check_peer(const Field& peer, LabelValues labels) {
  std::size_t peers = 0;
  for (std::string_view member : {"podSelector", "namespaceSelector"}) {
    if (!peer[member]) continue;
    ++peers;
    check_label_selector(peer[member], labels);
  }
  Field block = peer["ipBlock"];
  if (block) check_block(block);
  if (peers == 0 && !block) return peer.required("must specify a peer");
  if (peers > 0 && block) peer.forbidden("may not specify both ipBlock and another peer");
}

void check_rules(const Field& rules, std::string_view peers, LabelValues labels) {
  rules.each([&](const Field& rule) {
    rule["ports"].each(check_port);
    rule[peers].each([&](const Field& peer) { check_peer(peer, labels); });
  });
}

void check_types(const Field& types) {
  static constexpr std::string_view kTypes[] = {"Ingress", "Egress"};
  if (types.size() > 2) return types.invalid("may not specify more than two policyTypes");
  types.each([](const Field& type) {
    if (type.text() != "Ingress" && type.text() != "Egress") type.not_supported(kTypes);
  });
}

void check_policy(const Field& spec, LabelValues labels) {
  check_label_selector(spec["podSelector"], labels);
  check_rules(spec["ingress"], "from", labels);
  check_rules(spec["egress"], "to", labels);
  check_types(spec["policyTypes"]);
}

void validate_policy(const Value& object, FieldErrors& errors) {
  check_policy(Field(object, errors)["spec"], LabelValues::kJudged);
}

void validate_policy_update(const Value& object, const Value& old, FieldErrors& errors) {
  bool valid = is_valid_label_selector(old.at({"spec", "podSelector"}));
  check_policy(Field(object, errors)["spec"], valid ? LabelValues::kJudged : LabelValues::kLetPass);
}

void warn_of_rules(const Value& policy, std::string_view rules, std::string_view peers, Warnings& warnings) {
  std::size_t i = 0;
  for (const Value& rule : items_at(policy, {"spec", rules})) {
    FieldPath at = FieldPath("spec").child(rules).index(i++).child(peers);
    std::size_t j = 0;
    for (const Value& peer : items_at(rule, {peers})) {
      FieldPath block = at.index(j++).child("ipBlock");
      warn_of_cidr(block.child("cidr"), peer.string_at({"ipBlock", "cidr"}), warnings);
      std::size_t k = 0;
      for (const Value& part : items_at(peer, {"ipBlock", "except"})) {
        warn_of_cidr(block.child("except").index(k++), part.string_or(), warnings);
      }
    }
  }
}

void warn_of_policy(const Value& policy, Warnings& warnings) {
  warn_of_rules(policy, "ingress", "from", warnings);
  warn_of_rules(policy, "egress", "to", warnings);
}

}  // namespace

constinit const KindRules kNetworkPolicies = {.group = "networking.k8s.io",
                                              .resource = "networkpolicies",
                                              .validate = validate_policy,
                                              .validate_update = validate_policy_update,
                                              .update_judged_alone = true,
                                              .warn = warn_of_policy};

}  // namespace pedalion::registry::builtin::kinds::networking
