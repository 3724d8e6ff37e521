#include "pedalion/registry/builtin/kinds/workloads/workloads.h"

#include "pedalion/registry/builtin/kinds/workloads/rows.h"

namespace pedalion::registry::builtin::kinds::workloads {

std::span<const KindRules> rules() {
  static const KindRules kRules[] = {
      kDeployments,  kReplicaSets, kDaemonSets, kStatefulSets, kControllerRevisions, kReplicationControllers,
      kPodTemplates, kJobs,        kCronJobs,   kBudgets,      kAutoscalers};
  return kRules;
}

}  // namespace pedalion::registry::builtin::kinds::workloads
