#include "pedalion/registry/builtin/conversion/autoscalers.h"

#include <optional>
#include <string_view>

#include "pedalion/apimachinery/codec/shape.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/registry/builtin/conversion/behavior.h"
#include "pedalion/registry/builtin/conversion/metrics.h"
#include "pedalion/registry/builtin/defaults/autoscaler_annotations.h"

namespace pedalion::registry::builtin::conversion {

using json::Arena;
using json::Value;
using scheme::Scheme;

namespace {

constexpr std::string_view kV1 = "autoscaling/v1", kV2 = "autoscaling/v2";

bool is_of_cpu(const Value& metric) {
  return metric.string_at({"type"}) == "Resource" && metric.string_at({"resource", "name"}) == "cpu";
}

bool is_cpu_utilization(const Value& metric) {
  return is_of_cpu(metric) && metric.at({"resource", "target", "averageUtilization"}) != nullptr;
}

std::span<const Value> items_at(const Value& object, std::string_view part, std::string_view list) {
  const Value* found = object.at({part, list});
  return found == nullptr ? std::span<const Value>() : found->items();
}

/// `list`, each item as the type has it; none when one cannot be.
std::optional<Value> shaped_list(const schema::Type* type, Value list, Arena& arena) {
  if (type == nullptr || !list.is_array()) return std::nullopt;
  for (Value& item : list.items()) {
    auto shaped = codec::shape(*type, item, arena);
    if (!shaped) return std::nullopt;
    item = *shaped;
  }
  return list;
}

void annotate(Value& object, std::string_view key, const Value& value, Arena& arena) {
  Value& annotations = object.object_at("metadata", arena).object_at("annotations", arena);
  annotations.set(key, Value::string(json::to_string(value), arena), arena);
}

/// What the annotation holds; null when it is not there or cannot be read.
Value annotation(const Value& object, std::string_view key, Arena& arena) {
  const Value* text = object.at({"metadata", "annotations", key});
  if (text == nullptr || !text->is_string()) return {};
  auto parsed = json::parse(text->as_string(), arena, {.repeated = json::Repeated::kMerge});
  return parsed ? *parsed : Value();
}

void annotate_metrics(const Scheme& scheme, Value& object, Arena& arena) {
  Value others = Value::array(arena), current = Value::array(arena);
  for (const Value& metric : items_at(object, "spec", "metrics")) {
    if (!is_cpu_utilization(metric)) others.push_back(metric_to_v1(metric, MetricForm::kSpec, arena), arena);
  }
  for (const Value& metric : items_at(object, "status", "currentMetrics")) {
    current.push_back(metric_to_v1(metric, MetricForm::kStatus, arena), arena);
  }
  auto wanted = shaped_list(scheme.named(kV1, "MetricSpec"), others, arena);
  if (wanted && !wanted->empty()) annotate(object, defaults::kMetricsAnnotation, *wanted, arena);
  auto seen = shaped_list(scheme.named(kV1, "MetricStatus"), current, arena);
  if (seen && !seen->empty()) annotate(object, defaults::kCurrentMetricsAnnotation, *seen, arena);
}

/// The first metric of the CPU counts, if it is one of utilization; of those that were seen the last.
void flatten_cpu(Value& object, Arena& arena) {
  for (const Value& metric : items_at(object, "spec", "metrics")) {
    if (!is_of_cpu(metric)) continue;
    if (const Value* target = metric.at({"resource", "target", "averageUtilization"})) {
      object.object_at("spec", arena).set("targetCPUUtilizationPercentage", *target, arena);
    }
    break;
  }
  const Value* used = nullptr;
  for (const Value& metric : items_at(object, "status", "currentMetrics")) {
    const Value* utilization = metric.at({"resource", "current", "averageUtilization"});
    if (is_of_cpu(metric) && utilization != nullptr) used = utilization;
  }
  if (used != nullptr) object.object_at("status", arena).set("currentCPUUtilizationPercentage", *used, arena);
}

Value cpu_metric(std::string_view values, const Value& percent, Arena& arena) {
  Value target = Value::object(arena);
  if (values == "target") target.append_member("type", Value::string("Utilization"), arena);
  target.append_member("averageUtilization", percent, arena);
  Value resource = Value::object(arena);
  resource.append_member("name", Value::string("cpu"), arena);
  resource.append_member(values, target, arena);
  Value metric = Value::object(arena);
  metric.append_member("type", Value::string("Resource"), arena);
  metric.append_member("resource", resource, arena);
  return metric;
}

/// The annotation's metrics in v2's words; none when it is not there or cannot be read.
std::optional<Value> read_metrics(const Scheme& scheme, const Value& object, MetricForm form, Arena& arena) {
  bool spec = form == MetricForm::kSpec;
  auto told = shaped_list(
      scheme.named(kV1, spec ? "MetricSpec" : "MetricStatus"),
      annotation(object, spec ? defaults::kMetricsAnnotation : defaults::kCurrentMetricsAnnotation, arena),
      arena);
  if (!told) return std::nullopt;
  Value made = Value::array(arena, told->size());
  for (const Value& metric : std::as_const(*told).items()) {
    made.push_back(metric_to_v2(metric, form, arena), arena);
  }
  return made;
}

void restore_spec(const Scheme& scheme, Value& object, Arena& arena) {
  static constexpr std::int64_t kDefaultPercent = 80;
  Value& spec = object.object_at("spec", arena);
  Value metrics = read_metrics(scheme, object, MetricForm::kSpec, arena).value_or(Value::array(arena));
  if (const Value* percent = spec.find("targetCPUUtilizationPercentage")) {
    metrics.push_back(cpu_metric("target", *percent, arena), arena);
  }
  if (metrics.empty()) metrics.push_back(cpu_metric("target", Value::integer(kDefaultPercent), arena), arena);
  spec.set("metrics", metrics, arena);
  Value told = annotation(object, defaults::kBehaviorAnnotation, arena);
  const schema::Type* type = scheme.named(kV2, "HorizontalPodAutoscalerBehavior");
  if (type == nullptr || !told.is_object()) return;
  auto behavior = codec::shape(*type, behavior_from_go(told, arena), arena);
  if (behavior && !behavior->empty()) spec.set("behavior", *behavior, arena);
}

void restore_status(const Scheme& scheme, Value& object, Arena& arena) {
  auto current = read_metrics(scheme, object, MetricForm::kStatus, arena);
  const Value* percent = std::as_const(object).at({"status", "currentCPUUtilizationPercentage"});
  if (!current && percent != nullptr) {
    current = Value::array(arena);
    current->push_back(cpu_metric("current", *percent, arena), arena);
  }
  if (current) object.object_at("status", arena).set("currentMetrics", *current, arena);
  auto conditions = shaped_list(scheme.named(kV1, "HorizontalPodAutoscalerCondition"),
                                annotation(object, defaults::kConditionsAnnotation, arena), arena);
  if (conditions) object.object_at("status", arena).set("conditions", *conditions, arena);
}

}  // namespace

void autoscaler_to_v1(const Scheme& scheme, Value& object, Arena& arena) {
  defaults::drop_autoscaler_annotations(object);
  annotate_metrics(scheme, object, arena);
  if (const Value* conditions = std::as_const(object).at({"status", "conditions"});
      conditions != nullptr && !conditions->empty()) {
    annotate(object, defaults::kConditionsAnnotation, *conditions, arena);
  }
  if (const Value* behavior = std::as_const(object).at({"spec", "behavior"})) {
    annotate(object, defaults::kBehaviorAnnotation, behavior_to_go(*behavior, arena), arena);
  }
  flatten_cpu(object, arena);
}

void autoscaler_to_v2(const Scheme& scheme, Value& object, Arena& arena) {
  restore_spec(scheme, object, arena);
  restore_status(scheme, object, arena);
  defaults::drop_autoscaler_annotations(object);
}

}  // namespace pedalion::registry::builtin::conversion
