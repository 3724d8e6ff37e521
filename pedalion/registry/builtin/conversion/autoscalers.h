#pragma once
// Horizontal pod autoscalers: version 1 has CPU utilization only, and carries the rest in annotations.
#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/scheme/scheme.h"

namespace pedalion::registry::builtin::conversion {

/// From autoscaling/v2 to v1: other metrics, behavior, current metrics and conditions become annotations.
void autoscaler_to_v1(const scheme::Scheme& scheme, json::Value& object, json::Arena& arena);
/// The way back. Annotations that cannot be read are dropped; without any metric, 80 percent of the CPU is
/// meant.
void autoscaler_to_v2(const scheme::Scheme& scheme, json::Value& object, json::Arena& arena);

}  // namespace pedalion::registry::builtin::conversion
