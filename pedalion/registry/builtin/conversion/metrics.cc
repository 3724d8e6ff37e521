#include "pedalion/registry/builtin/conversion/metrics.h"

#include <span>
#include <string_view>

namespace pedalion::registry::builtin::conversion {

using json::Arena;
using json::Value;

namespace {

/// A member of one source of version 1, and its place in version 2.
struct Place {
  std::string_view source, flat, group, member;  // an empty group: directly in the source
};

constexpr Place kSpecPlaces[] = {
    {"object", "target", "", "describedObject"},
    {"object", "metricName", "metric", "name"},
    {"object", "targetValue", "target", "value"},
    {"object", "selector", "metric", "selector"},
    {"object", "averageValue", "target", "averageValue"},
    {"pods", "metricName", "metric", "name"},
    {"pods", "targetAverageValue", "target", "averageValue"},
    {"pods", "selector", "metric", "selector"},
    {"resource", "name", "", "name"},
    {"resource", "targetAverageUtilization", "target", "averageUtilization"},
    {"resource", "targetAverageValue", "target", "averageValue"},
    {"containerResource", "name", "", "name"},
    {"containerResource", "targetAverageUtilization", "target", "averageUtilization"},
    {"containerResource", "targetAverageValue", "target", "averageValue"},
    {"containerResource", "container", "", "container"},
    {"external", "metricName", "metric", "name"},
    {"external", "metricSelector", "metric", "selector"},
    {"external", "targetValue", "target", "value"},
    {"external", "targetAverageValue", "target", "averageValue"},
};

constexpr Place kStatusPlaces[] = {
    {"object", "target", "", "describedObject"},
    {"object", "metricName", "metric", "name"},
    {"object", "currentValue", "current", "value"},
    {"object", "selector", "metric", "selector"},
    {"object", "averageValue", "current", "averageValue"},
    {"pods", "metricName", "metric", "name"},
    {"pods", "currentAverageValue", "current", "averageValue"},
    {"pods", "selector", "metric", "selector"},
    {"resource", "name", "", "name"},
    {"resource", "currentAverageUtilization", "current", "averageUtilization"},
    {"resource", "currentAverageValue", "current", "averageValue"},
    {"containerResource", "name", "", "name"},
    {"containerResource", "currentAverageUtilization", "current", "averageUtilization"},
    {"containerResource", "currentAverageValue", "current", "averageValue"},
    {"containerResource", "container", "", "container"},
    {"external", "metricName", "metric", "name"},
    {"external", "metricSelector", "metric", "selector"},
    {"external", "currentValue", "current", "value"},
    {"external", "currentAverageValue", "current", "averageValue"},
};

std::span<const Place> places(MetricForm form) {
  if (form == MetricForm::kSpec) return kSpecPlaces;
  return kStatusPlaces;
}

Value with_type(const Value& metric, Arena& arena) {
  Value made = Value::object(arena);
  if (const Value* type = metric.find("type")) made.append_member("type", *type, arena);
  return made;
}

/// The type that a target has whose source and values are these.
std::string_view target_type(std::string_view source, const Value& target) {
  bool value = target.find("value") != nullptr, average = target.find("averageValue") != nullptr;
  if (source == "pods") return "AverageValue";
  if (source == "object") return average ? "AverageValue" : "Value";
  if (source == "external") return value ? "Value" : "AverageValue";
  return target.find("averageUtilization") != nullptr ? "Utilization" : "AverageValue";
}

void complete_target(std::string_view source, Value& target, Arena& arena) {
  // Version 1 cannot leave the value of an object's metric out: nothing is meant by a zero.
  if (source == "object" && target.find("averageValue") != nullptr &&
      std::as_const(target).string_at({"value"}) == "0") {
    target.erase("value");
  }
  target.set("type", Value::string(target_type(source, target)), arena);
}

}  // namespace

Value metric_to_v1(const Value& metric, MetricForm form, Arena& arena) {
  Value made = with_type(metric, arena);
  for (const Place& place : places(form)) {
    const Value* source = metric.find(place.source);
    if (source == nullptr) continue;
    Value& flat = made.object_at(place.source, arena);
    const Value* found =
        place.group.empty() ? source->find(place.member) : source->at({place.group, place.member});
    if (found != nullptr) flat.append_member(place.flat, json::deep_copy(*found, arena), arena);
  }
  return made;
}

Value metric_to_v2(const Value& metric, MetricForm form, Arena& arena) {
  Value made = with_type(metric, arena);
  for (const Place& place : places(form)) {
    const Value* source = metric.find(place.source);
    if (source == nullptr) continue;
    Value& deep = made.object_at(place.source, arena);
    Value& group = place.group.empty() ? deep : deep.object_at(place.group, arena);
    if (const Value* found = source->find(place.flat)) group.append_member(place.member, *found, arena);
  }
  if (form == MetricForm::kStatus) return made;
  for (auto& member : made.members()) {
    if (Value* target = member.value.find("target")) complete_target(member.name, *target, arena);
  }
  return made;
}

}  // namespace pedalion::registry::builtin::conversion
