#pragma once
// Keeps the Endpoints of each Service that selects pods.
#include <memory>

#include "pedalion/controllers/controller.h"

namespace pedalion::controllers::endpoints {

std::unique_ptr<Controller> make_endpoints_controller(const Context& context);

}  // namespace pedalion::controllers::endpoints
