#pragma once
// Keeps the status of ResourceQuotas.
#include <memory>

#include "pedalion/controllers/controller.h"

namespace pedalion::controllers::resource_quota {

std::unique_ptr<Controller> make_resource_quota_controller(const Context& context);

}  // namespace pedalion::controllers::resource_quota
