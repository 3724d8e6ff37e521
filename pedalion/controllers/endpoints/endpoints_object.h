#pragma once
// The Endpoints object of a Service. Pure.
#include <optional>

#include "pedalion/controllers/endpoints/service_endpoints.h"

namespace pedalion::controllers::endpoints {

/// What `present` (null: there is none) is to be; none when it is that already.
std::optional<json::Document> wanted_endpoints(const json::Value& service,
                                               const std::vector<const json::Value*>& pods,
                                               const json::Value* present);

}  // namespace pedalion::controllers::endpoints
