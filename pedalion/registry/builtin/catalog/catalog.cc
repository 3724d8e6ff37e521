#include "pedalion/registry/builtin/catalog/catalog.h"

namespace pedalion::registry::builtin::catalog {

std::span<const GroupFacts> groups() {
  static const GroupFacts kGroups[] = {
      {"", "v1", core_resources()},
      {"apiregistration.k8s.io", "v1", extension_resources("apiregistration.k8s.io")},
      {"apps", "v1", workload_resources("apps")},
      {"events.k8s.io", "v1", event_resources()},
      {"authentication.k8s.io", "v1", access_resources("authentication.k8s.io")},
      {"authorization.k8s.io", "v1", access_resources("authorization.k8s.io")},
      {"autoscaling", "v2,v1", workload_resources("autoscaling")},
      {"batch", "v1", workload_resources("batch")},
      {"certificates.k8s.io", "v1", access_resources("certificates.k8s.io")},
      {"networking.k8s.io", "v1", infrastructure_resources("networking.k8s.io")},
      {"policy", "v1", workload_resources("policy")},
      {"rbac.authorization.k8s.io", "v1", access_resources("rbac.authorization.k8s.io")},
      {"storage.k8s.io", "v1", infrastructure_resources("storage.k8s.io")},
      {"admissionregistration.k8s.io", "v1", extension_resources("admissionregistration.k8s.io")},
      {"apiextensions.k8s.io", "v1", extension_resources("apiextensions.k8s.io")},
      {"scheduling.k8s.io", "v1", workload_resources("scheduling.k8s.io")},
      {"coordination.k8s.io", "v1", workload_resources("coordination.k8s.io")},
      {"node.k8s.io", "v1", infrastructure_resources("node.k8s.io")},
      {"discovery.k8s.io", "v1", infrastructure_resources("discovery.k8s.io")},
      {"resource.k8s.io", "v1", infrastructure_resources("resource.k8s.io")},
      {"flowcontrol.apiserver.k8s.io", "v1", extension_resources("flowcontrol.apiserver.k8s.io")},
  };
  return kGroups;
}

const ResourceFacts* find(std::string_view group, std::string_view resource) {
  for (const GroupFacts& facts : groups()) {
    if (facts.group != group) continue;
    for (const ResourceFacts& row : facts.resources) {
      if (row.resource == resource) return &row;
    }
  }
  return nullptr;
}

}  // namespace pedalion::registry::builtin::catalog
