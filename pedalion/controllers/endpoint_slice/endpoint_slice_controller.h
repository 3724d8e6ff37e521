#pragma once
// Keeps the EndpointSlices of each Service that selects pods.
#include <memory>

#include "pedalion/controllers/controller.h"

namespace pedalion::controllers::endpoint_slice {

std::unique_ptr<Controller> make_endpoint_slice_controller(const Context& context);

}  // namespace pedalion::controllers::endpoint_slice
