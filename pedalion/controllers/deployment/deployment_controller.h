#pragma once
// Rolls Deployments out: a ReplicaSet for each template, scaled step by step.
#include <memory>

#include "pedalion/controllers/controller.h"

namespace pedalion::controllers::deployment {

std::unique_ptr<Controller> make_deployment_controller(const Context& context);

}  // namespace pedalion::controllers::deployment
