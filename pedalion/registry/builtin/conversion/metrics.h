#pragma once
// One metric of an autoscaler, in the words of autoscaling/v2 and in those of v1's annotations.
#include "pedalion/apimachinery/json/value.h"

namespace pedalion::registry::builtin::conversion {

/// What is wanted (a MetricSpec) and what was seen (a MetricStatus).
enum class MetricForm : bool { kSpec, kStatus };

/// A MetricSpec or MetricStatus of v2 in v1's words. Neither ordered nor complete: shape it.
json::Value metric_to_v1(const json::Value& metric, MetricForm form, json::Arena& arena);
/// `metric` is shaped. What v1 does not say, the target's type, is told from the values that are there.
json::Value metric_to_v2(const json::Value& metric, MetricForm form, json::Arena& arena);

}  // namespace pedalion::registry::builtin::conversion
