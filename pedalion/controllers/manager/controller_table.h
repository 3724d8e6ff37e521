#pragma once
// Every controller, its name, and whether it runs when nobody says otherwise.
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/controllers/controller.h"

namespace pedalion::controllers::manager {

struct ControllerEntry {
  std::string_view name;   // as kube-controller-manager has it
  std::string_view alias;  // its older name, which --controllers takes, too
  bool on_by_default = true;
  std::unique_ptr<Controller> (*make)(const Context& context) = nullptr;
};

std::span<const ControllerEntry> controller_table();

/// What --controllers asks for: `*` all that are on by default, `name` this one, `-name` not this one. Fails
/// (400) with a name that is not known.
Result<std::vector<const ControllerEntry*>> chosen_controllers(const std::vector<std::string>& choice);

}  // namespace pedalion::controllers::manager
