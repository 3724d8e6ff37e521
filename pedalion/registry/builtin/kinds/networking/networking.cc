// Services, ingresses and endpoint slices.
#include "pedalion/registry/builtin/kinds/networking/networking.h"

namespace pedalion::registry::builtin::kinds::networking {

namespace {

void prepare_service(Filler& object, const rest::RequestContext&) {
  object.in("status").set("loadBalancer", Value::object(object.arena()));
}

void validate_ports(const Value& service, meta::FieldErrors& errors) {
  auto ports = items_at(service, {"spec", "ports"});
  std::string_view type = service.string_at({"spec", "type"});
  bool headless = service.string_at({"spec", "clusterIP"}) == "None";
  FieldPath path = FieldPath("spec").child("ports");
  if (ports.empty() && !headless && type != "ExternalName") errors.push_back(FieldError::required(path, ""));
  std::size_t index = 0;
  for (const Value& port : ports) {
    FieldPath at = path.index(index++);
    if (ports.size() > 1 && port.string_at({"name"}).empty()) {
      errors.push_back(FieldError::required(at.child("name"), ""));
    }
    const Value* number = port.find("port");
    std::int64_t value = number == nullptr ? 0 : number->int_or(0);
    if (value < 1 || value > 65535) {
      errors.push_back(
          FieldError::invalid(at.child("port"), value, "must be between 1 and 65535, inclusive"));
    }
  }
}

void validate_service(const Value& service, meta::FieldErrors& errors) {
  static constexpr std::string_view kTypes[] = {"ClusterIP", "ExternalName", "LoadBalancer", "NodePort"};
  validate_ports(service, errors);
  std::string_view type = service.string_at({"spec", "type"});
  for (std::string_view known : kTypes) {
    if (known == type) return;
  }
  errors.push_back(FieldError::not_supported(FieldPath("spec").child("type"), type, kTypes));
}

void validate_address_type(const Value& object, const Value& old, meta::FieldErrors& errors) {
  require_same(object, old, {"addressType"}, errors);
}

void warn_of_service(const Value& service, Warnings& warnings) {
  bool external = !items_at(service, {"spec", "externalIPs"}).empty();
  if (service.string_at({"spec", "clusterIP"}) == "None") {
    if (external) warnings.push_back("spec.externalIPs is ignored for headless services");
  } else if (external) {
    warnings.push_back("spec.externalIPs is deprecated and may no longer be implemented in some clusters");
  }
  if (!service.string_at({"spec", "externalName"}).empty() &&
      service.string_at({"spec", "type"}) != "ExternalName") {
    warnings.push_back("spec.externalName is ignored when spec.type is not \"ExternalName\"");
  }
  if (service.string_at({"spec", "trafficDistribution"}) == "PreferClose") {
    warnings.push_back("spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"");
  }
}

void warn_of_slice(const Value& slice, Warnings& warnings) {
  if (slice.string_at({"addressType"}) == "FQDN") {
    warnings.push_back("spec.addressType: FQDN endpoints are deprecated");
  }
}

void warn_of_ingress(const Value& ingress, Warnings& warnings) {
  if (ingress.at({"metadata", "annotations", "kubernetes.io/ingress.class"}) == nullptr) return;
  warnings.push_back(
      "annotation \"kubernetes.io/ingress.class\" is deprecated, please use 'spec.ingressClassName' instead");
}

constexpr KindRules kRules[] = {
    {.group = "",
     .resource = "services",
     .prepare_create = prepare_service,
     .validate = validate_service,
     .warn = warn_of_service},
    {.group = "networking.k8s.io", .resource = "ingresses", .warn = warn_of_ingress},
    {.group = "discovery.k8s.io",
     .resource = "endpointslices",
     .validate_update = validate_address_type,
     .warn = warn_of_slice},
};

}  // namespace

std::span<const KindRules> rules() { return kRules; }

}  // namespace pedalion::registry::builtin::kinds::networking
