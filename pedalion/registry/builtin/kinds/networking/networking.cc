// Services, ingresses and endpoint slices.
#include "pedalion/registry/builtin/kinds/networking/networking.h"

#include "pedalion/registry/builtin/kinds/networking/rows.h"

namespace pedalion::registry::builtin::kinds::networking {

namespace {

void validate_address_type(const Value& object, const Value& old, meta::FieldErrors& errors) {
  require_same(object, old, {"addressType"}, errors);
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

constexpr KindRules kIngresses = {
    .group = "networking.k8s.io", .resource = "ingresses", .warn = warn_of_ingress};
constexpr KindRules kSlices = {.group = "discovery.k8s.io",
                               .resource = "endpointslices",
                               .validate_update = validate_address_type,
                               .warn = warn_of_slice};

}  // namespace

std::span<const KindRules> rules() {
  static const KindRules kRules[] = {kServices, kIngresses, kSlices};
  return kRules;
}

}  // namespace pedalion::registry::builtin::kinds::networking
