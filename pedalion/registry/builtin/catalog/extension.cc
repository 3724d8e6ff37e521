// What extends the API, and its flow control.
#include "pedalion/registry/builtin/catalog/catalog.h"

namespace pedalion::registry::builtin::catalog {

namespace {

constexpr ResourceFacts kApiregistration[] = {
    {.resource = "apiservices",
     .kind = "APIService",
     .scope = Scope::kCluster,
     .categories = "api-extensions",
     .storage_version_hash = "InPBPD7+PqM=",
     .storage_key = "apiregistration.k8s.io/apiservices",
     .traits = kNeedsResourceVersion,
     .name_rule = meta::path_segment_name_problems,
     .subresources = kStatusOnly},
};

constexpr ResourceFacts kApiextensions[] = {
    {.resource = "customresourcedefinitions",
     .kind = "CustomResourceDefinition",
     .scope = Scope::kCluster,
     .short_names = "crd,crds",
     .categories = "api-extensions",
     .storage_version_hash = "jfWCUB31mvA=",
     .storage_key = "apiextensions.k8s.io/customresourcedefinitions",
     .traits = kNeedsResourceVersion | kHasGeneration,
     .subresources = kStatusOnly},
};

constexpr ResourceFacts kAdmissionregistration[] = {
    {.resource = "mutatingadmissionpolicies",
     .kind = "MutatingAdmissionPolicy",
     .scope = Scope::kCluster,
     .categories = "api-extensions",
     .storage_version_hash = "LYmCf+UMVdg=",
     .traits = kNeedsResourceVersion | kHasGeneration},
    {.resource = "mutatingadmissionpolicybindings",
     .kind = "MutatingAdmissionPolicyBinding",
     .scope = Scope::kCluster,
     .categories = "api-extensions",
     .storage_version_hash = "90V5FRZZ3Zg=",
     .traits = kNeedsResourceVersion | kHasGeneration},
    {.resource = "mutatingwebhookconfigurations",
     .kind = "MutatingWebhookConfiguration",
     .scope = Scope::kCluster,
     .categories = "api-extensions",
     .storage_version_hash = "Sqi0GUgDaX0=",
     .traits = kNeedsResourceVersion | kHasGeneration},
    {.resource = "validatingadmissionpolicies",
     .kind = "ValidatingAdmissionPolicy",
     .scope = Scope::kCluster,
     .categories = "api-extensions",
     .storage_version_hash = "6OxvlMmQ6is=",
     .traits = kNeedsResourceVersion | kHasGeneration,
     .subresources = kStatusOnly},
    {.resource = "validatingadmissionpolicybindings",
     .kind = "ValidatingAdmissionPolicyBinding",
     .scope = Scope::kCluster,
     .categories = "api-extensions",
     .storage_version_hash = "v9715VZqakg=",
     .traits = kNeedsResourceVersion | kHasGeneration},
    {.resource = "validatingwebhookconfigurations",
     .kind = "ValidatingWebhookConfiguration",
     .scope = Scope::kCluster,
     .categories = "api-extensions",
     .storage_version_hash = "B0wHjQmsGNk=",
     .traits = kNeedsResourceVersion | kHasGeneration},
};

constexpr ResourceFacts kFlowcontrol[] = {
    {.resource = "flowschemas",
     .kind = "FlowSchema",
     .scope = Scope::kCluster,
     .storage_version_hash = "GJVAJZSZBIw=",
     .traits = kHasGeneration,
     .subresources = kStatusOnly},
    {.resource = "prioritylevelconfigurations",
     .kind = "PriorityLevelConfiguration",
     .scope = Scope::kCluster,
     .storage_version_hash = "Kir5PVfvNeI=",
     .traits = kHasGeneration,
     .subresources = kStatusOnly},
};

}  // namespace

std::span<const ResourceFacts> extension_resources(std::string_view group) {
  if (group == "apiregistration.k8s.io") return kApiregistration;
  if (group == "apiextensions.k8s.io") return kApiextensions;
  if (group == "admissionregistration.k8s.io") return kAdmissionregistration;
  if (group == "flowcontrol.apiserver.k8s.io") return kFlowcontrol;
  return {};
}

}  // namespace pedalion::registry::builtin::catalog
