#pragma once
// Brings namespaces that are being deleted to their end.
#include <memory>

#include "pedalion/controllers/controller.h"

namespace pedalion::controllers::namespaces {

/// Deletes all content of such a namespace, pods first, again and again until nothing is left; says in its
/// conditions how far that is; then takes its finalizer away.
std::unique_ptr<Controller> make_namespace_controller(const Context& context);

}  // namespace pedalion::controllers::namespaces
