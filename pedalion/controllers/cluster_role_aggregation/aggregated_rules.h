#pragma once
// The rules of a ClusterRole that is made of others. Pure.
#include <optional>
#include <string>
#include <vector>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/base/status.h"

namespace pedalion::controllers::cluster_role_aggregation {

/// The configuration to apply; none when its rules are what they should be, or when it is made of no others.
/// `roles` are all there are. Fails (400) with a selector that is none.
Result<std::optional<std::string>> wanted_rules(const json::Value& role,
                                                const std::vector<const json::Value*>& roles);

}  // namespace pedalion::controllers::cluster_role_aggregation
