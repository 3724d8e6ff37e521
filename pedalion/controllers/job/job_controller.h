#pragma once
// Runs Jobs to their completion, as far as pods have to be made, counted and lost.
#include <memory>

#include "pedalion/controllers/controller.h"

namespace pedalion::controllers::job {

std::unique_ptr<Controller> make_job_controller(const Context& context);

}  // namespace pedalion::controllers::job
