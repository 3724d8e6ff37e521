// Authentication, authorization, certificates and RBAC.
#include "pedalion/registry/builtin/catalog/catalog.h"

namespace pedalion::registry::builtin::catalog {

namespace {

constexpr FieldLabel kSigningRequestFields[] = {{"spec.signerName", "spec.signerName"}};

constexpr ResourceFacts kAuthentication[] = {
    {.resource = "selfsubjectreviews",
     .kind = "SelfSubjectReview",
     .scope = Scope::kCluster,
     .verbs = Verbs::kCreate,
     .traits = kNotStored},
    {.resource = "tokenreviews",
     .kind = "TokenReview",
     .scope = Scope::kCluster,
     .verbs = Verbs::kCreate,
     .traits = kNotStored},
};

constexpr ResourceFacts kAuthorization[] = {
    {.resource = "localsubjectaccessreviews",
     .kind = "LocalSubjectAccessReview",
     .verbs = Verbs::kCreate,
     .traits = kNotStored},
    {.resource = "selfsubjectaccessreviews",
     .kind = "SelfSubjectAccessReview",
     .scope = Scope::kCluster,
     .verbs = Verbs::kCreate,
     .traits = kNotStored},
    {.resource = "selfsubjectrulesreviews",
     .kind = "SelfSubjectRulesReview",
     .scope = Scope::kCluster,
     .verbs = Verbs::kCreate,
     .traits = kNotStored},
    {.resource = "subjectaccessreviews",
     .kind = "SubjectAccessReview",
     .scope = Scope::kCluster,
     .verbs = Verbs::kCreate,
     .traits = kNotStored},
};

constexpr Subresource kCertificateSigningRequestSubresources[] = {{.name = "approval"}, {.name = "status"}};

constexpr ResourceFacts kCertificates[] = {
    {.resource = "certificatesigningrequests",
     .kind = "CertificateSigningRequest",
     .scope = Scope::kCluster,
     .short_names = "csr",
     .storage_version_hash = "95fRKMXA+00=",
     .fields = kSigningRequestFields,
     .subresources = kCertificateSigningRequestSubresources},
};

constexpr ResourceFacts kRbac[] = {
    {.resource = "clusterrolebindings",
     .kind = "ClusterRoleBinding",
     .scope = Scope::kCluster,
     .storage_version_hash = "48tpQ8gZHFc=",
     .traits = kCreateOnUpdate | kJudgesWholeTwice,
     .name_rule = meta::path_segment_name_problems},
    {.resource = "clusterroles",
     .kind = "ClusterRole",
     .scope = Scope::kCluster,
     .storage_version_hash = "bYE5ZWDrJ44=",
     .traits = kCreateOnUpdate | kJudgesWholeTwice,
     .name_rule = meta::path_segment_name_problems},
    {.resource = "rolebindings",
     .kind = "RoleBinding",
     .storage_version_hash = "eGsCzGH6b1g=",
     .traits = kCreateOnUpdate | kJudgesWholeTwice,
     .name_rule = meta::path_segment_name_problems},
    {.resource = "roles",
     .kind = "Role",
     .storage_version_hash = "7FuwZcIIItM=",
     .traits = kCreateOnUpdate | kJudgesWholeTwice,
     .name_rule = meta::path_segment_name_problems},
};

}  // namespace

std::span<const ResourceFacts> access_resources(std::string_view group) {
  if (group == "authentication.k8s.io") return kAuthentication;
  if (group == "authorization.k8s.io") return kAuthorization;
  if (group == "certificates.k8s.io") return kCertificates;
  if (group == "rbac.authorization.k8s.io") return kRbac;
  return {};
}

}  // namespace pedalion::registry::builtin::catalog
