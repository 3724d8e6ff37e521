// Ingresses and their classes.
#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/addresses.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/networking/rows.h"
#include "pedalion/registry/builtin/kinds/ports.h"

namespace pedalion::registry::builtin::kinds::networking {

namespace {

constexpr std::string_view kClassAnnotation = "kubernetes.io/ingress.class";

/// What was invalid before may stay so.
struct Leniency {
  bool secret_names = false, wildcard_rules = false;
};

bool is_wildcard(std::string_view host) { return host.find('*') != host.npos; }

void check_host(const Field& host) {
  if (!is_wildcard(host.text())) return check_name(host, meta::dns_subdomain_problems);
  std::string_view text = host.text();
  if (text.size() > 253) host.invalid(text, "must be no more than 253 characters");
  if (text.starts_with("*.") && meta::dns_subdomain_problems(text.substr(2, 253)).empty()) return;
  host.invalid(
      text,
      "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must "
      "consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character "
      "(e.g. '*.example.com', regex used for validation is "
      "'\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')");
}

void check_reference(const Field& reference) {
  if (reference["apiGroup"]) check_name(reference["apiGroup"], meta::dns_subdomain_problems);
  require_name(reference["kind"], meta::path_segment_name_problems);
  require_name(reference["name"], meta::path_segment_name_problems);
}

void check_service_backend(const Field& backend) {
  Field service = backend["service"], name = service.at({"port", "name"}),
        number = service.at({"port", "number"});
  require_name(service["name"], meta::dns_label_problems);
  bool named = !name.text().empty(), numbered = number.number() != 0;
  if (named && numbered) {
    backend.invalid("", "cannot set both port name & port number");
  } else if (named) {
    check_name(name, port_name_problems);
  } else if (numbered) {
    check_port_number(number);
  } else {
    backend.required("port name or number is required");
  }
}

void check_backend(const Field& backend) {
  Field resource = backend["resource"], service = backend["service"];
  if (resource && service) {
    backend.invalid("", "cannot set both resource and service backends");
  } else if (resource) {
    check_reference(resource);
  } else if (service) {
    check_service_backend(backend);
  } else {
    backend.invalid("", "resource or service backend is required");
  }
}

void check_clean_path(const Field& path) {
  std::string_view text = path.text();
  for (std::string_view part : {"//", "/./", "/../", "%2f", "%2F"}) {
    if (text.find(part) != text.npos) path.invalid(text, "must not contain '" + std::string(part) + "'");
  }
  for (std::string_view end : {"/..", "/."}) {
    if (text.ends_with(end)) path.invalid(text, "cannot end with '" + std::string(end) + "'");
  }
}

void check_path(const Field& entry) {
  static constexpr std::string_view kTypes[] = {"Exact", "ImplementationSpecific", "Prefix"};
  Field type = entry["pathType"], path = entry["path"];
  if (!type) return type.required("pathType must be specified");
  bool exact = type.text() == "Exact" || type.text() == "Prefix", known = true;
  if (!exact && type.text() != "ImplementationSpecific") {
    type.not_supported(kTypes);
    known = false;
  }
  if (known && !path.text().starts_with('/') && (exact || !path.text().empty())) {
    path.invalid(path.text(), "must be an absolute path");
  }
  if (exact) check_clean_path(path);
  check_backend(entry["backend"]);
}

void check_rule_value(const Field& rule) {
  Field http = rule["http"];
  if (!http) return;
  if (http["paths"].empty()) http["paths"].required();
  http["paths"].each(check_path);
}

void check_rule(const Field& rule, const Leniency& leniency) {
  Field host = rule["host"];
  if (!host.text().empty()) {
    if (IpAddress::parse(host.text())) host.invalid("must be a DNS name, not an IP address");
    check_host(host);
  }
  if (!is_wildcard(host.text()) || !leniency.wildcard_rules) check_rule_value(rule);
}

void check_tls(const Field& tls, const Leniency& leniency) {
  tls["hosts"].each(check_host);
  Field secret = tls["secretName"];
  if (!leniency.secret_names && !secret.text().empty()) check_name(secret, meta::dns_subdomain_problems);
}

void check_spec(const Field& spec, const Leniency& leniency) {
  if (spec["rules"].empty() && !spec["defaultBackend"]) {
    spec.invalid(Value(), "either `defaultBackend` or `rules` must be specified");
  }
  if (spec["defaultBackend"]) check_backend(spec["defaultBackend"]);
  spec["rules"].each([&](const Field& rule) { check_rule(rule, leniency); });
  spec["tls"].each([&](const Field& tls) { check_tls(tls, leniency); });
  if (spec["ingressClassName"]) check_name(spec["ingressClassName"], meta::dns_subdomain_problems);
}

void validate_ingress(const Value& object, FieldErrors& errors) {
  Field ingress(object, errors), name = ingress.at({"spec", "ingressClassName"});
  check_spec(ingress["spec"], {});
  Field annotation = ingress.at({"metadata", "annotations"}).entry(kClassAnnotation);
  if (!annotation || !name || annotation.text() == name.text()) return;
  annotation.reported_at(FieldPath("annotations").child(kClassAnnotation))
      .invalid("must match `ingressClassName` when both are specified");
}

Leniency leniency_of(const Value& old) {
  Leniency leniency;
  for (const Value& tls : items_at(old, {"spec", "tls"})) {
    std::string_view secret = tls.string_at({"secretName"});
    bool bad = !secret.empty() && !meta::dns_subdomain_problems(secret).empty();
    leniency.secret_names = leniency.secret_names || bad;
  }
  for (const Value& rule : items_at(old, {"spec", "rules"})) {
    if (!is_wildcard(rule.string_at({"host"}))) continue;
    FieldErrors errors;
    check_rule_value(Field(rule, errors));
    leniency.wildcard_rules = leniency.wildcard_rules || !errors.empty();
  }
  return leniency;
}

void validate_ingress_update(const Value& object, const Value& old, FieldErrors& errors) {
  check_spec(Field(object, errors)["spec"], leniency_of(old));
}

void validate_ingress_status(const Value& object, const Value&, FieldErrors& errors) {
  Field(object, errors).at({"status", "loadBalancer", "ingress"}).each([](const Field& point) {
    Field ip = point["ip"], host = point["hostname"];
    if (!ip.text().empty()) check_ip(ip, AddressForm::kLegacy);
    if (host.text().empty()) return;
    check_name(host, meta::dns_subdomain_problems);
    if (IpAddress::parse(host.text())) host.invalid("must be a DNS name, not an IP address");
  });
}

void warn_of_ingress(const Value& ingress, Warnings& warnings) {
  if (ingress.at({"metadata", "annotations", kClassAnnotation}) == nullptr) return;
  if (ingress.at({"spec", "ingressClassName"}) != nullptr) return;
  warnings.push_back(
      "annotation \"kubernetes.io/ingress.class\" is deprecated, please use 'spec.ingressClassName' instead");
}

void warn_of_nothing(const Value&, const Value&, Warnings&) {}

void check_parameters(const Field& parameters) {
  static constexpr std::string_view kScopes[] = {"Cluster", "Namespace"};
  Field scope = parameters["scope"], ns = parameters["namespace"];
  if (!parameters) return;
  check_reference(parameters);
  if (!scope) return scope.required();
  if (scope.text() == "Namespace") {
    if (!ns) return ns.required("`parameters.scope` is set to 'Namespace'");
    check_name(ns, meta::dns_label_problems);
  } else if (scope.text() == "Cluster") {
    if (ns) ns.forbidden("`parameters.scope` is set to 'Cluster'");
  } else {
    scope.not_supported(kScopes);
  }
}

void validate_class(const Value& object, FieldErrors& errors) {
  Field spec = Field(object, errors)["spec"], controller = spec["controller"];
  if (require_text(controller)) {
    if (controller.text().size() > 250) controller.too_long(250);
    check_domain_prefixed_path(controller);
  }
  check_parameters(spec["parameters"]);
}

void validate_class_update(const Value& object, const Value& old, FieldErrors& errors) {
  check_immutable(Field(object, errors).at({"spec", "controller"}),
                  Field(old, errors).at({"spec", "controller"}));
  validate_class(object, errors);
}

}  // namespace

constinit const KindRules kIngresses = {.group = "networking.k8s.io",
                                        .resource = "ingresses",
                                        .validate = validate_ingress,
                                        .validate_update = validate_ingress_update,
                                        .update_judged_alone = true,
                                        .validate_status_update = validate_ingress_status,
                                        .warn = warn_of_ingress,
                                        .warn_update = warn_of_nothing};
constinit const KindRules kIngressClasses = {.group = "networking.k8s.io",
                                             .resource = "ingressclasses",
                                             .validate = validate_class,
                                             .validate_update = validate_class_update,
                                             .update_judged_alone = true};

}  // namespace pedalion::registry::builtin::kinds::networking
