// The core group, and its younger form of events.
#include "pedalion/registry/builtin/catalog/catalog.h"

namespace pedalion::registry::builtin::catalog {

namespace {

constexpr FieldLabel kPodFields[] = {{"spec.nodeName", "spec.nodeName"},
                                     {"spec.restartPolicy", "spec.restartPolicy"},
                                     {"spec.schedulerName", "spec.schedulerName"},
                                     {"spec.serviceAccountName", "spec.serviceAccountName"},
                                     {"spec.hostNetwork", "spec.hostNetwork", "", "false"},
                                     {"status.phase", "status.phase"},
                                     {"status.podIP", "status.podIP"},
                                     {"status.nominatedNodeName", "status.nominatedNodeName"}};
constexpr FieldLabel kNodeFields[] = {{"spec.unschedulable", "spec.unschedulable", "", "false"}};
constexpr FieldLabel kNamespaceFields[] = {{"status.phase", "status.phase"}};
constexpr FieldLabel kSecretFields[] = {{"type", "type"}};
constexpr FieldLabel kServiceFields[] = {{"spec.clusterIP", "spec.clusterIP"}, {"spec.type", "spec.type"}};
constexpr FieldLabel kControllerFields[] = {{"status.replicas", "status.replicas", "", "0"}};
// The two groups' events are one store, in which events have the core group's form.
constexpr FieldLabel kEventFields[] = {{"involvedObject.kind", "involvedObject.kind"},
                                       {"involvedObject.namespace", "involvedObject.namespace"},
                                       {"involvedObject.name", "involvedObject.name"},
                                       {"involvedObject.uid", "involvedObject.uid"},
                                       {"involvedObject.apiVersion", "involvedObject.apiVersion"},
                                       {"involvedObject.resourceVersion", "involvedObject.resourceVersion"},
                                       {"involvedObject.fieldPath", "involvedObject.fieldPath"},
                                       {"reason", "reason"},
                                       {"reportingComponent", "reportingComponent"},
                                       {"source", "source.component", "reportingComponent"},
                                       {"type", "type"}};
constexpr FieldLabel kNewEventFields[] = {{"regarding.kind", "involvedObject.kind"},
                                          {"regarding.namespace", "involvedObject.namespace"},
                                          {"regarding.name", "involvedObject.name"},
                                          {"regarding.uid", "involvedObject.uid"},
                                          {"regarding.apiVersion", "involvedObject.apiVersion"},
                                          {"regarding.resourceVersion", "involvedObject.resourceVersion"},
                                          {"regarding.fieldPath", "involvedObject.fieldPath"},
                                          {"reason", "reason"},
                                          {"reportingController", "reportingComponent"},
                                          {"type", "type"}};
constexpr Subresource kNamespaceSubresources[] = {{.name = "finalize", .verbs = SubVerbs::kUpdate},
                                                  {.name = "status"}};
constexpr Subresource kNodeSubresources[] = {
    {.name = "proxy", .kind = "NodeProxyOptions", .verbs = SubVerbs::kProxy}, {.name = "status"}};
constexpr Subresource kPodSubresources[] = {
    {.name = "attach", .kind = "PodAttachOptions", .verbs = SubVerbs::kStream},
    {.name = "binding", .kind = "Binding", .verbs = SubVerbs::kCreate},
    {.name = "ephemeralcontainers"},
    {.name = "eviction", .kind = "Eviction", .api_version = "policy/v1", .verbs = SubVerbs::kCreate},
    {.name = "exec", .kind = "PodExecOptions", .verbs = SubVerbs::kStream},
    {.name = "log", .verbs = SubVerbs::kGet},
    {.name = "portforward", .kind = "PodPortForwardOptions", .verbs = SubVerbs::kStream},
    {.name = "proxy", .kind = "PodProxyOptions", .verbs = SubVerbs::kProxy},
    {.name = "resize"},
    {.name = "status"}};
constexpr Subresource kServiceAccountSubresources[] = {{.name = "token",
                                                        .kind = "TokenRequest",
                                                        .api_version = "authentication.k8s.io/v1",
                                                        .verbs = SubVerbs::kCreate}};
constexpr Subresource kServiceSubresources[] = {
    {.name = "proxy", .kind = "ServiceProxyOptions", .verbs = SubVerbs::kProxy}, {.name = "status"}};

constexpr ResourceFacts kCore[] = {
    {.resource = "bindings", .kind = "Binding", .verbs = Verbs::kCreate, .traits = kNotStored},
    {.resource = "componentstatuses",
     .kind = "ComponentStatus",
     .scope = Scope::kCluster,
     .short_names = "cs",
     .verbs = Verbs::kGetList,
     .traits = kNotStored,
     .deprecation = "v1 ComponentStatus is deprecated in v1.19+"},
    {.resource = "configmaps",
     .kind = "ConfigMap",
     .short_names = "cm",
     .storage_version_hash = "qFsyl6wFWjQ="},
    {.resource = "endpoints",
     .kind = "Endpoints",
     .short_names = "ep",
     .storage_version_hash = "fWeeMqaN/OA=",
     .storage_key = "services/endpoints",
     .traits = kCreateOnUpdate,
     .deprecation = "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"},
    {.resource = "events",
     .kind = "Event",
     .short_names = "ev",
     .storage_version_hash = "r2yiGXH7wu8=",
     .traits = kCreateOnUpdate,
     .fields = kEventFields},
    {.resource = "limitranges",
     .kind = "LimitRange",
     .short_names = "limits",
     .storage_version_hash = "EBKMFVe6cwo=",
     .traits = kCreateOnUpdate},
    {.resource = "namespaces",
     .kind = "Namespace",
     .scope = Scope::kCluster,
     .short_names = "ns",
     .storage_version_hash = "Q3oi5N2YM8M=",
     .verbs = Verbs::kNoDeleteCollection,
     .traits = kReturnsDeleted,
     .name_rule = meta::dns_label_problems,
     .fields = kNamespaceFields,
     .subresources = kNamespaceSubresources},
    {.resource = "nodes",
     .kind = "Node",
     .scope = Scope::kCluster,
     .short_names = "no",
     .storage_version_hash = "XwShjMxG9Fs=",
     .storage_key = "minions",
     .fields = kNodeFields,
     .subresources = kNodeSubresources},
    {.resource = "persistentvolumeclaims",
     .kind = "PersistentVolumeClaim",
     .short_names = "pvc",
     .storage_version_hash = "QWTyNDq0dC4=",
     .traits = kReturnsDeleted,
     .subresources = kStatusOnly},
    {.resource = "persistentvolumes",
     .kind = "PersistentVolume",
     .scope = Scope::kCluster,
     .short_names = "pv",
     .storage_version_hash = "HN/zwEC+JgM=",
     .traits = kReturnsDeleted,
     .subresources = kStatusOnly},
    {.resource = "pods",
     .kind = "Pod",
     .short_names = "po",
     .categories = "all",
     .storage_version_hash = "xPOwRZ+Yhw8=",
     .traits = kReturnsDeleted | kHasGeneration | kGracefulDeletion,
     .fields = kPodFields,
     .subresources = kPodSubresources},
    {.resource = "podtemplates",
     .kind = "PodTemplate",
     .storage_version_hash = "LIXB2x4IFpk=",
     .traits = kReturnsDeleted | kHasGeneration},
    {.resource = "replicationcontrollers",
     .kind = "ReplicationController",
     .short_names = "rc",
     .categories = "all",
     .storage_version_hash = "Jond2If31h0=",
     .storage_key = "controllers",
     .traits = kHasGeneration | kOrphansByDefault,
     .fields = kControllerFields,
     .subresources = kScaleAndStatus},
    {.resource = "resourcequotas",
     .kind = "ResourceQuota",
     .short_names = "quota",
     .storage_version_hash = "8uhSgffRX6w=",
     .traits = kReturnsDeleted,
     .subresources = kStatusOnly},
    {.resource = "secrets",
     .kind = "Secret",
     .storage_version_hash = "S6u1pOWzb84=",
     .fields = kSecretFields},
    {.resource = "serviceaccounts",
     .kind = "ServiceAccount",
     .short_names = "sa",
     .storage_version_hash = "pbx9ZvyFpBE=",
     .traits = kReturnsDeleted,
     .subresources = kServiceAccountSubresources},
    {.resource = "services",
     .kind = "Service",
     .short_names = "svc",
     .categories = "all",
     .storage_version_hash = "0/CO1lhkEBI=",
     .storage_key = "services/specs",
     .traits = kCreateOnUpdate | kReturnsDeleted,
     .name_rule = meta::dns_label_problems,
     .fields = kServiceFields,
     .subresources = kServiceSubresources},
};

constexpr ResourceFacts kEvents[] = {
    {.resource = "events",
     .kind = "Event",
     .short_names = "ev",
     .storage_version_hash = "r2yiGXH7wu8=",
     .traits = kCreateOnUpdate,
     .fields = kNewEventFields},
};

}  // namespace

std::span<const ResourceFacts> core_resources() { return kCore; }

std::span<const ResourceFacts> event_resources() { return kEvents; }

}  // namespace pedalion::registry::builtin::catalog
