// Networking, nodes, storage and devices.
#include "pedalion/registry/builtin/catalog/catalog.h"

namespace pedalion::registry::builtin::catalog {

namespace {

constexpr FieldLabel kResourceSliceFields[] = {{"spec.nodeName", "spec.nodeName"},
                                               {"spec.driver", "spec.driver"}};

constexpr ResourceFacts kNetworking[] = {
    {.resource = "ingressclasses",
     .kind = "IngressClass",
     .scope = Scope::kCluster,
     .storage_version_hash = "l/iqIbDgFyQ=",
     .traits = kHasGeneration},
    {.resource = "ingresses",
     .kind = "Ingress",
     .short_names = "ing",
     .storage_version_hash = "39NQlfNR+bo=",
     .storage_key = "ingress",
     .traits = kHasGeneration | kJudgesWhole,
     .subresources = kStatusOnly},
    {.resource = "ipaddresses",
     .kind = "IPAddress",
     .scope = Scope::kCluster,
     .short_names = "ip",
     .storage_version_hash = "3f/plJFChNE=",
     .name_rule = meta::path_segment_name_problems},
    {.resource = "networkpolicies",
     .kind = "NetworkPolicy",
     .short_names = "netpol",
     .storage_version_hash = "YpfwF18m1G8=",
     .traits = kHasGeneration},
    {.resource = "servicecidrs",
     .kind = "ServiceCIDR",
     .scope = Scope::kCluster,
     .storage_version_hash = "gNLvruQhW2g=",
     .subresources = kStatusOnly},
};

constexpr ResourceFacts kDiscovery[] = {
    {.resource = "endpointslices",
     .kind = "EndpointSlice",
     .storage_version_hash = "qgS0xkrxYAI=",
     .traits = kHasGeneration},
};

constexpr ResourceFacts kNode[] = {
    {.resource = "runtimeclasses",
     .kind = "RuntimeClass",
     .scope = Scope::kCluster,
     .storage_version_hash = "WQTu1GL3T2Q=",
     .traits = kCreateOnUpdate | kNeedsResourceVersion},
};

constexpr ResourceFacts kStorage[] = {
    {.resource = "csidrivers",
     .kind = "CSIDriver",
     .scope = Scope::kCluster,
     .storage_version_hash = "hL6j/rwBV5w=",
     .traits = kNeedsResourceVersion | kReturnsDeleted | kCountsChanges},
    {.resource = "csinodes",
     .kind = "CSINode",
     .scope = Scope::kCluster,
     .storage_version_hash = "Pe62DkZtjuo=",
     .traits = kNeedsResourceVersion | kReturnsDeleted},
    {.resource = "csistoragecapacities",
     .kind = "CSIStorageCapacity",
     .storage_version_hash = "xeVl+2Ly1kE=",
     .traits = kNeedsResourceVersion},
    {.resource = "storageclasses",
     .kind = "StorageClass",
     .scope = Scope::kCluster,
     .short_names = "sc",
     .storage_version_hash = "K+m6uJwbjGY=",
     .traits = kReturnsDeleted | kJudgesWhole},
    {.resource = "volumeattachments",
     .kind = "VolumeAttachment",
     .scope = Scope::kCluster,
     .storage_version_hash = "tJx/ezt6UDU=",
     .traits = kNeedsResourceVersion | kReturnsDeleted,
     .subresources = kStatusOnly},
    {.resource = "volumeattributesclasses",
     .kind = "VolumeAttributesClass",
     .scope = Scope::kCluster,
     .short_names = "vac",
     .storage_version_hash = "tIjydgKBC5w=",
     .traits = kReturnsDeleted},
};

constexpr ResourceFacts kResource[] = {
    {.resource = "deviceclasses",
     .kind = "DeviceClass",
     .scope = Scope::kCluster,
     .storage_version_hash = "Yk2PTc1Ybxk=",
     .traits = kReturnsDeleted | kHasGeneration},
    {.resource = "resourceclaims",
     .kind = "ResourceClaim",
     .storage_version_hash = "wgAZaHcZxUg=",
     .traits = kReturnsDeleted,
     .subresources = kStatusOnly},
    {.resource = "resourceclaimtemplates",
     .kind = "ResourceClaimTemplate",
     .storage_version_hash = "TuzjC49aUfM=",
     .traits = kReturnsDeleted},
    {.resource = "resourceslices",
     .kind = "ResourceSlice",
     .scope = Scope::kCluster,
     .storage_version_hash = "KsC072WgaEY=",
     .traits = kReturnsDeleted | kHasGeneration,
     .fields = kResourceSliceFields,
     .unknown_field_text = "field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: $"},
};

}  // namespace

std::span<const ResourceFacts> infrastructure_resources(std::string_view group) {
  if (group == "networking.k8s.io") return kNetworking;
  if (group == "discovery.k8s.io") return kDiscovery;
  if (group == "node.k8s.io") return kNode;
  if (group == "storage.k8s.io") return kStorage;
  if (group == "resource.k8s.io") return kResource;
  return {};
}

}  // namespace pedalion::registry::builtin::catalog
