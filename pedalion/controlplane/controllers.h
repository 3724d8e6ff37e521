#pragma once
// The controllers that run in the server's own process.
#include <memory>
#include <string>

#include "pedalion/controllers/manager/controller_manager.h"
#include "pedalion/http/message.h"

namespace pedalion::controlplane {

/// They reach `handler`, which outlives them, in process, with `token` as their credential.
Result<std::unique_ptr<controllers::manager::ControllerManager>> start_controllers(
    http::Handler& handler, const std::string& token, controllers::manager::ControllerManagerOptions options);

}  // namespace pedalion::controlplane
