#include "pedalion/admission/plugins/plugins.h"
#include "pedalion/admission/podsecurity/pod_security.h"
#include "pedalion/admission/resourcequota/resource_quota.h"

namespace pedalion::admission::plugins {
namespace {

using Factory = std::unique_ptr<Plugin> (*)(const Needs& needs);

struct Row {
  std::string_view name;
  Factory make;
};

constexpr Row kRows[] = {
    {"NamespaceLifecycle", [](const Needs& needs) { return namespace_lifecycle(needs.cluster); }},
    {"LimitRanger", [](const Needs& needs) { return limit_ranger(needs.cluster); }},
    {"TaintNodesByCondition", [](const Needs&) { return taint_nodes_by_condition(); }},
    {"PodSecurity", [](const Needs& needs) { return podsecurity::pod_security(needs.cluster); }},
    {"Priority", [](const Needs& needs) { return priority(needs.cluster); }},
    {"DefaultTolerationSeconds", [](const Needs&) { return default_toleration_seconds(); }},
    {"StorageObjectInUseProtection", [](const Needs&) { return storage_object_in_use_protection(); }},
    {"DefaultStorageClass", [](const Needs& needs) { return default_storage_class(needs.cluster); }},
    {"PersistentVolumeClaimResize", [](const Needs& needs) { return claim_resize(needs.cluster); }},
    {"RuntimeClass", [](const Needs& needs) { return runtime_class(needs.cluster); }},
    {"CertificateApproval", [](const Needs& needs) { return certificate_approval(needs.authorizer); }},
    {"CertificateSigning", [](const Needs& needs) { return certificate_signing(needs.authorizer); }},
    {"CertificateSubjectRestriction", [](const Needs&) { return certificate_subject_restriction(); }},
    {"DefaultIngressClass", [](const Needs& needs) { return default_ingress_class(needs.cluster); }},
    {"PodTopologyLabels", [](const Needs& needs) { return pod_topology_labels(needs.cluster); }},
    {"ResourceQuota", [](const Needs& needs) { return resourcequota::resource_quota(needs.cluster); }},
};

}  // namespace

void add_plugins(Chain& chain, const PluginChoice& choice, const Needs& needs) {
  for (const Row& row : kRows) {
    if (choice.has(row.name)) chain.add(row.make(needs));
  }
}

}  // namespace pedalion::admission::plugins
