#pragma once
// Makes as many pods as ReplicaSets ask for.
#include <memory>

#include "pedalion/controllers/controller.h"

namespace pedalion::controllers::replicaset {

std::unique_ptr<Controller> make_replicaset_controller(const Context& context);

}  // namespace pedalion::controllers::replicaset
