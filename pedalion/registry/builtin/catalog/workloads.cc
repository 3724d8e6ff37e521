// Workloads, and what scales, schedules and protects them.
#include "pedalion/registry/builtin/catalog/catalog.h"

namespace pedalion::registry::builtin::catalog {

namespace {

constexpr FieldLabel kJobFields[] = {{"status.successful", "status.succeeded", "", "0"}};

constexpr ResourceFacts kApps[] = {
    {.resource = "controllerrevisions", .kind = "ControllerRevision", .storage_version_hash = "85nkx63pcBU="},
    {.resource = "daemonsets",
     .kind = "DaemonSet",
     .short_names = "ds",
     .categories = "all",
     .storage_version_hash = "dd7pWHUlMKQ=",
     .traits = kHasGeneration | kJudgesWhole,
     .subresources = kStatusOnly},
    {.resource = "deployments",
     .kind = "Deployment",
     .short_names = "deploy",
     .categories = "all",
     .storage_version_hash = "8aSe+NMegvE=",
     .traits = kHasGeneration,
     .subresources = kScaleAndStatus},
    {.resource = "replicasets",
     .kind = "ReplicaSet",
     .short_names = "rs",
     .categories = "all",
     .storage_version_hash = "P1RzHs8/mWQ=",
     .traits = kHasGeneration | kJudgesWhole,
     .subresources = kScaleAndStatus},
    {.resource = "statefulsets",
     .kind = "StatefulSet",
     .short_names = "sts",
     .categories = "all",
     .storage_version_hash = "H+vl74LkKdo=",
     .traits = kHasGeneration,
     .name_rule = meta::dns_label_problems,
     .subresources = kScaleAndStatus},
};

constexpr ResourceFacts kAutoscaling[] = {
    {.resource = "horizontalpodautoscalers",
     .kind = "HorizontalPodAutoscaler",
     .short_names = "hpa",
     .categories = "all",
     .storage_version_hash = "qwQve8ut294=",
     .subresources = kStatusOnly},
};

constexpr ResourceFacts kBatch[] = {
    {.resource = "cronjobs",
     .kind = "CronJob",
     .short_names = "cj",
     .categories = "all",
     .storage_version_hash = "sd5LIXh4Fjs=",
     .traits = kHasGeneration,
     .subresources = kStatusOnly},
    {.resource = "jobs",
     .kind = "Job",
     .categories = "all",
     .storage_version_hash = "mudhfqk/qZY=",
     .traits = kHasGeneration | kOrphansByDefault | kJudgesWhole,
     .fields = kJobFields,
     .unknown_field_text = "field label \"$\" not supported for Job",
     .subresources = kStatusOnly},
};

constexpr ResourceFacts kPolicy[] = {
    {.resource = "poddisruptionbudgets",
     .kind = "PodDisruptionBudget",
     .short_names = "pdb",
     .storage_version_hash = "EVWiDmWqyJw=",
     .traits = kNeedsResourceVersion | kHasGeneration,
     .subresources = kStatusOnly},
};

constexpr ResourceFacts kScheduling[] = {
    {.resource = "priorityclasses",
     .kind = "PriorityClass",
     .scope = Scope::kCluster,
     .short_names = "pc",
     .storage_version_hash = "1QwjyaZjj3Y=",
     .traits = kHasGeneration},
};

constexpr ResourceFacts kCoordination[] = {
    {.resource = "leases",
     .kind = "Lease",
     .storage_version_hash = "gqkMMb/YqFM=",
     .traits = kCreateOnUpdate | kNeedsResourceVersion},
};

}  // namespace

std::span<const ResourceFacts> workload_resources(std::string_view group) {
  if (group == "apps") return kApps;
  if (group == "autoscaling") return kAutoscaling;
  if (group == "batch") return kBatch;
  if (group == "policy") return kPolicy;
  if (group == "scheduling.k8s.io") return kScheduling;
  if (group == "coordination.k8s.io") return kCoordination;
  return {};
}

}  // namespace pedalion::registry::builtin::catalog
