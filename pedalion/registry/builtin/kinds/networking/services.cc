// Services: what is valid, and what the client is warned of.
#include <ranges>
#include <set>

#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/addresses.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/go_form.h"
#include "pedalion/registry/builtin/kinds/networking/rows.h"
#include "pedalion/registry/builtin/kinds/networking/service_facts.h"
#include "pedalion/registry/builtin/kinds/networking/service_updates.h"
#include "pedalion/registry/builtin/kinds/ports.h"
#include "pedalion/registry/builtin/kinds/selectors.h"

namespace pedalion::registry::builtin::kinds::networking {

namespace {

constexpr std::string_view kTopologyHints = "service.kubernetes.io/topology-aware-hints";
constexpr std::string_view kTopologyMode = "service.kubernetes.io/topology-mode";
constexpr std::string_view kSourceRanges = "service.beta.kubernetes.io/load-balancer-source-ranges";
constexpr std::string_view kLoadBalancerOnly = "may only be used when `type` is 'LoadBalancer'";

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\v\f";
  std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) + 1 - begin);
}

void check_annotations(const Field& service) {
  Field annotations = service.at({"metadata", "annotations"});
  Field mode = annotations.entry(kTopologyMode), hints = annotations.entry(kTopologyHints);
  if (!mode || !hints || mode.text() == hints.text()) return;
  mode.invalid(mode.text(),
               "must match annotations[" + std::string(kTopologyHints) + "] when both are specified");
}

void check_type_needs(const Field& service) {
  const Value& value = *service.value();
  Field spec = service["spec"];
  std::string_view type = spec["type"].text();
  if (spec["ports"].empty() && !is_headless(value) && type != "ExternalName") spec["ports"].required();
  if (has_node_ports(value) && is_headless(value)) {
    spec["clusterIPs"].item(0).invalid("None",
                                       "may not be set to 'None' for " + std::string(type) + " services");
  }
  if (type != "ExternalName") return;
  constexpr std::string_view kText = "may not be set for ExternalName services";
  for (std::string_view list : {"clusterIPs", "ipFamilies"}) {
    if (!spec[list].empty()) spec[list].forbidden(kText);
  }
  if (spec["ipFamilyPolicy"]) spec["ipFamilyPolicy"].forbidden(kText);
  // A trailing dot says that the name is complete.
  Field name = spec["externalName"];
  std::string_view host = name.text();
  if (host.ends_with('.')) host.remove_suffix(1);
  if (host.empty()) return name.required();
  for (const std::string& problem : meta::dns_subdomain_problems(host)) name.invalid(host, problem);
}

void check_port(const Field& port, bool needs_name, std::set<std::string_view>& names) {
  Field name = port["name"];
  if (!name.text().empty()) {
    check_name(name, meta::dns_label_problems);
    if (!names.insert(name.text()).second) name.duplicate();
  } else if (needs_name) {
    name.required();
  }
  check_port_number(port["port"]);
  check_protocol(port["protocol"]);
  check_port_number_or_name(port["targetPort"]);
  if (port["appProtocol"]) check_name(port["appProtocol"], meta::qualified_name_problems);
}

void check_ports(const Field& ports) {
  std::set<std::string_view> names;
  ports.each([&](const Field& port) { check_port(port, ports.size() > 1, names); });
}

void check_affinity(const Field& spec) {
  static constexpr std::string_view kKinds[] = {"ClientIP", "None"};
  Field affinity = spec["sessionAffinity"], config = spec["sessionAffinityConfig"];
  require_one_of(affinity, kKinds);
  if (affinity.text() == "None") {
    if (config) config.forbidden("must not be set when session affinity is None");
  } else if (affinity.text() == "ClientIP") {
    constexpr std::string_view kNeeded = "when session affinity type is ClientIP";
    Field client = config["clientIP"], timeout = client["timeoutSeconds"];
    if (!config) return config.required(kNeeded);
    if (!client) return client.required(kNeeded);
    if (!timeout) return timeout.required(kNeeded);
    if (timeout.number() > 0 && timeout.number() <= 86400) return;
    timeout.invalid("must be greater than 0 and less than 86400");
  }
}

void check_external_ips(const Field& addresses) {
  addresses.each([](const Field& address) {
    if (check_ip(address, AddressForm::kLegacy)) check_no_special_ip(address);
  });
}

void check_type(const Field& spec) {
  static constexpr std::string_view kTypes[] = {"ClusterIP", "ExternalName", "LoadBalancer", "NodePort"};
  require_one_of(spec["type"], kTypes);
  if (spec["type"].text() != "ClusterIP") return;
  spec["ports"].each([](const Field& port) {
    if (port["nodePort"].number() != 0) {
      port["nodePort"].forbidden("may not be used when `type` is 'ClusterIP'");
    }
  });
}

/// Of two ports one differs in protocol or number.
void check_ports_differ(const Field& ports) {
  std::set<std::pair<std::string_view, std::int64_t>> node_ports, numbers;
  ports.each([&](const Field& port) {
    Field number = port["nodePort"];
    if (number.number() == 0 || node_ports.emplace(port["protocol"].text(), number.number()).second) return;
    number.duplicate();
  });
  ports.each([&](const Field& port) {
    if (numbers.emplace(port["protocol"].text(), port["port"].number()).second) return;
    // Only the pair is shown.
    json::Arena arena;
    Value pair = Value::object(arena);
    pair.set("protocol", Value::string(port["protocol"].text()), arena);
    pair.set("port", Value::integer(port["port"].number()), arena);
    duplicate_struct(Field(&pair, port.path(), port.errors()), {"core/v1", "ServicePort"});
  });
}

void check_source_ranges(const Field& service) {
  Field spec = service["spec"], list = spec["loadBalancerSourceRanges"];
  bool balanced = spec["type"].text() == "LoadBalancer";
  if (!list.empty()) {
    Field shown = list.reported_at(spec.path().child("LoadBalancerSourceRanges"));
    if (!balanced) shown.forbidden(kLoadBalancerOnly);
    shown.each([](const Field& range) { check_cidr(range, trimmed(range.text()), AddressForm::kLegacy); });
    return;
  }
  Field annotation = service.at({"metadata", "annotations"}).entry(kSourceRanges);
  if (!annotation) return;
  if (!balanced) annotation.forbidden(kLoadBalancerOnly);
  if (trimmed(annotation.text()).empty()) return;
  for (auto part : std::views::split(trimmed(annotation.text()), ',')) {
    check_cidr(annotation, trimmed(std::string_view(part.begin(), part.end())), AddressForm::kLegacy);
  }
}

void check_load_balancer(const Field& service) {
  Field spec = service["spec"], allocates = spec["allocateLoadBalancerNodePorts"];
  bool balanced = spec["type"].text() == "LoadBalancer";
  check_source_ranges(service);
  if (allocates && !balanced) allocates.forbidden(kLoadBalancerOnly);
  // Reported without the spec: so does Kubernetes.
  if (!allocates && balanced) allocates.reported_at(FieldPath("allocateLoadBalancerNodePorts")).required();
  check_load_balancer_class(spec);
}

void check_external_policy(const Field& service) {
  static constexpr std::string_view kPolicies[] = {"Cluster", "Local"};
  Field policy = service["spec"]["externalTrafficPolicy"], health = service["spec"]["healthCheckNodePort"];
  if (is_externally_accessible(*service.value())) {
    require_one_of(policy, kPolicies);
  } else if (!policy.text().empty()) {
    policy.invalid("may only be set for externally-accessible services");
  }
  if (needs_health_check(*service.value())) {
    if (health.number() == 0) return health.required();
    check_port_number(health);
  } else if (health.number() != 0) {
    health.invalid("may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
  }
}

void check_internal_policy(const Field& spec) {
  static constexpr std::string_view kPolicies[] = {"Cluster", "Local"};
  Field policy = spec["internalTrafficPolicy"];
  std::string_view type = spec["type"].text();
  if (policy) {
    if (policy.text() != "Cluster" && policy.text() != "Local") policy.not_supported(kPolicies);
  } else if (type == "NodePort" || type == "LoadBalancer" || type == "ClusterIP") {
    policy.required();
  }
}

void check_distribution(const Field& distribution) {
  static constexpr std::string_view kKnown[] = {"PreferClose", "PreferSameNode", "PreferSameZone"};
  if (distribution && distribution.text().empty()) distribution.not_supported(kKnown);
  check_one_of(distribution, kKnown);
}

void check_status(const Field& service) {
  static constexpr std::string_view kModes[] = {"Proxy", "VIP"};
  Field ingress = service.at({"status", "loadBalancer", "ingress"});
  if (!ingress.empty() && !is_load_balancer(*service.value())) {
    return ingress.forbidden("may only be used when `spec.type` is 'LoadBalancer'");
  }
  ingress.each([](const Field& point) {
    Field ip = point["ip"], mode = point["ipMode"], host = point["hostname"];
    if (!ip.text().empty()) check_ip(ip, AddressForm::kLegacy);
    if (!mode) {
      if (!ip.text().empty()) mode.required("must be specified when `ip` is set");
    } else if (ip.text().empty()) {
      mode.forbidden("may not be specified when `ip` is not set");
    } else if (mode.text() != "Proxy" && mode.text() != "VIP") {
      mode.not_supported(kModes);
    }
    if (host.text().empty()) return;
    check_name(host, meta::dns_subdomain_problems);
    if (IpAddress::parse(host.text())) host.invalid(host.text(), "must be a DNS name, not an IP address");
  });
}

void validate_service(const Value& object, FieldErrors& errors) {
  Field service(object, errors), spec = service["spec"];
  check_annotations(service);
  check_type_needs(service);
  check_ports(spec["ports"]);
  check_labels(spec["selector"]);
  check_affinity(spec);
  check_cluster_ips(service);
  check_external_ips(spec["externalIPs"]);
  check_type(spec);
  check_ports_differ(spec["ports"]);
  check_load_balancer(service);
  check_external_policy(service);
  check_internal_policy(spec);
  check_distribution(spec["trafficDistribution"]);
}

void validate_service_update(const Value& object, const Value& old, FieldErrors& errors) {
  check_service_change(Field(object, errors), Field(old, errors));
  validate_service(object, errors);
}

void validate_service_status(const Value& object, const Value&, FieldErrors& errors) {
  check_status(Field(object, errors));
}

void prepare(Filler& object, const rest::RequestContext&) { prepare_service(object); }

}  // namespace

constinit const KindRules kServices = {.group = "",
                                       .resource = "services",
                                       .prepare_create = prepare,
                                       .prepare_update = prepare_service_update,
                                       .validate = validate_service,
                                       .validate_update = validate_service_update,
                                       .update_judged_alone = true,
                                       .validate_status_update = validate_service_status,
                                       .warn = warn_of_service};

}  // namespace pedalion::registry::builtin::kinds::networking
