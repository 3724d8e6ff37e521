#pragma once
// The commonest kinds, ready for Api<T>: each is an Editable that knows where it is served. Another one is a
// line: `using Widget = KindOf<"example.com", "v1", "widgets", "Widget">;`
#include <algorithm>
#include <cstddef>
#include <string_view>

#include "pedalion/client/api/editable.h"
#include "pedalion/client/api/typed.h"

namespace pedalion::client::api {

/// A text as a template's argument.
template <std::size_t N>
struct Literal {
  // NOLINTNEXTLINE(google-explicit-constructor): so that it can be written as a text
  consteval Literal(const char (&text)[N]) { std::copy_n(text, N, data); }
  char data[N];
  constexpr operator std::string_view() const { return {data, N - 1}; }
};

template <Literal Group, Literal Version, Literal Plural, Literal Name>
class KindOf : public Editable {
 public:
  KindOf() : Editable(resource().group_version().api_version(), Name) {}
  explicit KindOf(std::string_view name, std::string_view namespace_name = {}) : KindOf() {
    set_name(name);
    if (!namespace_name.empty()) set_namespace(namespace_name);
  }
  static meta::GroupVersionResource resource() {
    return {std::string(std::string_view(Group)), std::string(std::string_view(Version)),
            std::string(std::string_view(Plural))};
  }
  static Result<KindOf> from_json(const json::Value& object) {
    KindOf made;
    static_cast<Editable&>(made) = Editable(object);
    return made;
  }
  json::Value to_json(json::Arena& arena) const { return json::deep_copy(root(), arena); }
};

using ConfigMap = KindOf<"", "v1", "configmaps", "ConfigMap">;
using Endpoints = KindOf<"", "v1", "endpoints", "Endpoints">;
using Event = KindOf<"", "v1", "events", "Event">;
using Namespace = KindOf<"", "v1", "namespaces", "Namespace">;
using Node = KindOf<"", "v1", "nodes", "Node">;
using PersistentVolume = KindOf<"", "v1", "persistentvolumes", "PersistentVolume">;
using PersistentVolumeClaim = KindOf<"", "v1", "persistentvolumeclaims", "PersistentVolumeClaim">;
using Pod = KindOf<"", "v1", "pods", "Pod">;
using Secret = KindOf<"", "v1", "secrets", "Secret">;
using Service = KindOf<"", "v1", "services", "Service">;
using ServiceAccount = KindOf<"", "v1", "serviceaccounts", "ServiceAccount">;
using DaemonSet = KindOf<"apps", "v1", "daemonsets", "DaemonSet">;
using Deployment = KindOf<"apps", "v1", "deployments", "Deployment">;
using ReplicaSet = KindOf<"apps", "v1", "replicasets", "ReplicaSet">;
using StatefulSet = KindOf<"apps", "v1", "statefulsets", "StatefulSet">;
using CronJob = KindOf<"batch", "v1", "cronjobs", "CronJob">;
using Job = KindOf<"batch", "v1", "jobs", "Job">;
using Lease = KindOf<"coordination.k8s.io", "v1", "leases", "Lease">;
using EndpointSlice = KindOf<"discovery.k8s.io", "v1", "endpointslices", "EndpointSlice">;
using Ingress = KindOf<"networking.k8s.io", "v1", "ingresses", "Ingress">;
using NetworkPolicy = KindOf<"networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy">;
using ClusterRole = KindOf<"rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole">;
using ClusterRoleBinding =
    KindOf<"rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding">;
using Role = KindOf<"rbac.authorization.k8s.io", "v1", "roles", "Role">;
using RoleBinding = KindOf<"rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding">;

}  // namespace pedalion::client::api
