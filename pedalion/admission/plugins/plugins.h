#pragma once
// The built-in plugins, a factory each, and the chain of those that are wanted.
#include <memory>

#include "pedalion/admission/admission.h"
#include "pedalion/admission/cluster.h"
#include "pedalion/admission/plugin_order.h"

namespace pedalion::admission::plugins {

/// What plugins need; borrowed.
struct Needs {
  Cluster& cluster;
  Authorizer& authorizer;
};

/// Adds the built-in plugins that are wanted.
void add_plugins(Chain& chain, const PluginChoice& choice, const Needs& needs);

/// NamespaceLifecycle: nothing is created in a namespace that is not there or is ending; three namespaces
/// cannot be deleted.
std::unique_ptr<Plugin> namespace_lifecycle(Cluster& cluster);
/// LimitRanger: new pods get the default requirements of the namespace's LimitRanges, and keep within them,
/// as claims do.
std::unique_ptr<Plugin> limit_ranger(Cluster& cluster);
/// Priority: resolves priorityClassName of new pods to spec.priority and spec.preemptionPolicy.
std::unique_ptr<Plugin> priority(Cluster& cluster);
/// DefaultTolerationSeconds: new pods stay 300 s on nodes that are not ready or unreachable, unless they say
/// otherwise.
std::unique_ptr<Plugin> default_toleration_seconds();
/// TaintNodesByCondition: new nodes are tainted as not ready.
std::unique_ptr<Plugin> taint_nodes_by_condition();
/// StorageObjectInUseProtection: the finalizers that keep claims and volumes while they are used.
std::unique_ptr<Plugin> storage_object_in_use_protection();

/// DefaultStorageClass: claims that name no class get the default one.
std::unique_ptr<Plugin> default_storage_class(Cluster& cluster);
/// PersistentVolumeClaimResize: only bound claims grow, and only where their class lets them.
std::unique_ptr<Plugin> claim_resize(Cluster& cluster);
/// RuntimeClass: new pods get the overhead, node selector and tolerations of theirs.
std::unique_ptr<Plugin> runtime_class(Cluster& cluster);
/// CertificateApproval: approving a request asks for `approve` on its signer.
std::unique_ptr<Plugin> certificate_approval(Authorizer& authorizer);
/// CertificateSigning: writing a certificate asks for `sign` on its signer.
std::unique_ptr<Plugin> certificate_signing(Authorizer& authorizer);
/// CertificateSubjectRestriction: no client certificate for system:masters is asked for.
std::unique_ptr<Plugin> certificate_subject_restriction();
/// DefaultIngressClass: ingresses that name no class get the default one.
std::unique_ptr<Plugin> default_ingress_class(Cluster& cluster);
/// PodTopologyLabels: pods get zone and region of the node that they are bound to.
std::unique_ptr<Plugin> pod_topology_labels(Cluster& cluster);

}  // namespace pedalion::admission::plugins
