#pragma once
// The rows of this family's table, a source's each.
#include "pedalion/registry/builtin/kinds/kind_rules.h"

namespace pedalion::registry::builtin::kinds::workloads {

extern const KindRules kDeployments, kReplicaSets;              // deployments.cc
extern const KindRules kDaemonSets;                             // daemon_sets.cc
extern const KindRules kStatefulSets;                           // stateful_sets.cc
extern const KindRules kControllerRevisions;                    // revisions.cc
extern const KindRules kReplicationControllers, kPodTemplates;  // replication_controllers.cc
extern const KindRules kJobs;                                   // jobs.cc
extern const KindRules kCronJobs;                               // cron_jobs.cc
extern const KindRules kBudgets;                                // budgets.cc
extern const KindRules kAutoscalers;                            // autoscalers.cc

}  // namespace pedalion::registry::builtin::kinds::workloads
