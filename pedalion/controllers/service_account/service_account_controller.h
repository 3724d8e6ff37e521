#pragma once
// A ServiceAccount "default" in each namespace.
#include <memory>

#include "pedalion/controllers/controller.h"

namespace pedalion::controllers::service_account {

std::unique_ptr<Controller> make_service_account_controller(const Context& context);

}  // namespace pedalion::controllers::service_account
