#pragma once
// Deletes what has lost its owners, and carries out how owners are to be deleted.
#include <memory>

#include "pedalion/controllers/controller.h"

namespace pedalion::controllers::garbage_collector {

std::unique_ptr<Controller> make_garbage_collector(const Context& context);

}  // namespace pedalion::controllers::garbage_collector
