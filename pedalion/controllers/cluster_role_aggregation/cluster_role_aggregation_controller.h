#pragma once
// Gives ClusterRoles that are made of others their rules.
#include <memory>

#include "pedalion/controllers/controller.h"

namespace pedalion::controllers::cluster_role_aggregation {

std::unique_ptr<Controller> make_cluster_role_aggregation_controller(const Context& context);

}  // namespace pedalion::controllers::cluster_role_aggregation
