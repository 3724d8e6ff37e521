#include "pedalion/controllers/manager/controller_table.h"

#include <algorithm>
#include <array>

#include "pedalion/controllers/cluster_role_aggregation/cluster_role_aggregation_controller.h"
#include "pedalion/controllers/deployment/deployment_controller.h"
#include "pedalion/controllers/endpoint_slice/endpoint_slice_controller.h"
#include "pedalion/controllers/endpoints/endpoints_controller.h"
#include "pedalion/controllers/garbage_collector/garbage_collector.h"
#include "pedalion/controllers/job/job_controller.h"
#include "pedalion/controllers/namespaces/namespace_controller.h"
#include "pedalion/controllers/replicaset/replicaset_controller.h"
#include "pedalion/controllers/resource_quota/resource_quota_controller.h"
#include "pedalion/controllers/root_ca/root_ca_publisher.h"
#include "pedalion/controllers/service_account/service_account_controller.h"
#include "pedalion/controllers/ttl_after_finished/ttl_controller.h"

namespace pedalion::controllers::manager {
namespace {

constexpr std::array kControllers = {
    ControllerEntry{"clusterrole-aggregation-controller", "clusterrole-aggregation", true,
                    cluster_role_aggregation::make_cluster_role_aggregation_controller},
    ControllerEntry{"deployment-controller", "deployment", true, deployment::make_deployment_controller},
    ControllerEntry{"endpoints-controller", "endpoint", true, endpoints::make_endpoints_controller},
    ControllerEntry{"endpointslice-controller", "endpointslice", true,
                    endpoint_slice::make_endpoint_slice_controller},
    ControllerEntry{"garbage-collector-controller", "garbagecollector", true,
                    garbage_collector::make_garbage_collector},
    ControllerEntry{"job-controller", "job", true, job::make_job_controller},
    ControllerEntry{"namespace-controller", "namespace", true, namespaces::make_namespace_controller},
    ControllerEntry{"replicaset-controller", "replicaset", true, replicaset::make_replicaset_controller},
    ControllerEntry{"resourcequota-controller", "resourcequota", true,
                    resource_quota::make_resource_quota_controller},
    ControllerEntry{"root-ca-certificate-publisher-controller", "root-ca-cert-publisher", true,
                    root_ca::make_root_ca_publisher},
    ControllerEntry{"serviceaccount-controller", "serviceaccount", true,
                    service_account::make_service_account_controller},
    ControllerEntry{"ttl-after-finished-controller", "ttl-after-finished", true,
                    ttl_after_finished::make_ttl_controller},
};

bool is(const ControllerEntry& entry, std::string_view name) {
  return entry.name == name || entry.alias == name;
}

/// The name that counts of those that say something of `entry` is the first one.
bool runs(const ControllerEntry& entry, const std::vector<std::string>& choice) {
  bool all = false;
  for (std::string_view word : choice) {
    if (word == "*") all = true;
    if (is(entry, word)) return true;
    if (word.starts_with('-') && is(entry, word.substr(1))) return false;
  }
  return all && entry.on_by_default;
}

}  // namespace

std::span<const ControllerEntry> controller_table() { return kControllers; }

Result<std::vector<const ControllerEntry*>> chosen_controllers(const std::vector<std::string>& choice) {
  for (std::string_view word : choice) {
    auto name = word.starts_with('-') ? word.substr(1) : word;
    bool known = name == "*" || std::ranges::any_of(kControllers, [&](const auto& e) { return is(e, name); });
    if (!known) {
      return std::unexpected(
          Status(400, "BadRequest", "\"" + std::string(name) + "\" is not in the list of known controllers"));
    }
  }
  std::vector<const ControllerEntry*> result;
  for (const auto& entry : kControllers) {
    if (runs(entry, choice)) result.push_back(&entry);
  }
  return result;
}

}  // namespace pedalion::controllers::manager
