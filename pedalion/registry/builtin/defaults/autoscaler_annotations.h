#pragma once
// What autoscaling/v1 says of an autoscaler in annotations; no other version keeps them.
#include <string_view>

#include "pedalion/apimachinery/json/value.h"

namespace pedalion::registry::builtin::defaults {

inline constexpr std::string_view kMetricsAnnotation = "autoscaling.alpha.kubernetes.io/metrics";
inline constexpr std::string_view kBehaviorAnnotation = "autoscaling.alpha.kubernetes.io/behavior";
inline constexpr std::string_view kCurrentMetricsAnnotation =
    "autoscaling.alpha.kubernetes.io/current-metrics";
inline constexpr std::string_view kConditionsAnnotation = "autoscaling.alpha.kubernetes.io/conditions";

void drop_autoscaler_annotations(json::Value& autoscaler);

}  // namespace pedalion::registry::builtin::defaults
