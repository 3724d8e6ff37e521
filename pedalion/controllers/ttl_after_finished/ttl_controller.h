#pragma once
// Deletes Jobs that have come to their end some time ago, where they ask for it.
#include <cstdint>
#include <memory>
#include <optional>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/controllers/controller.h"

namespace pedalion::controllers::ttl_after_finished {

std::unique_ptr<Controller> make_ttl_controller(const Context& context);

/// Seconds until the job is to be deleted, not negative; none: it is not to be, or has not come to its end.
/// Pure.
std::optional<std::int64_t> seconds_left(const json::Value& job, std::int64_t now);

}  // namespace pedalion::controllers::ttl_after_finished
