#include "pedalion/registry/builtin/conversion/conversion.h"

#include <memory>

#include "pedalion/apimachinery/codec/decode.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/watchcache/json_object_decoder.h"

namespace pedalion::registry::builtin::conversion {

namespace {

constexpr LabelPair kEventFields[] = {
    {"regarding", "involvedObject"},
    {"note", "message"},
    {"deprecatedSource", "source"},
    {"deprecatedFirstTimestamp", "firstTimestamp"},
    {"deprecatedLastTimestamp", "lastTimestamp"},
    {"deprecatedCount", "count"},
    {"reportingController", "reportingComponent"},
};

constexpr LabelPair kEventLabels[] = {
    {"regarding.kind", "involvedObject.kind"},
    {"regarding.namespace", "involvedObject.namespace"},
    {"regarding.name", "involvedObject.name"},
    {"regarding.uid", "involvedObject.uid"},
    {"regarding.apiVersion", "involvedObject.apiVersion"},
    {"regarding.resourceVersion", "involvedObject.resourceVersion"},
    {"regarding.fieldPath", "involvedObject.fieldPath"},
    {"reportingController", "reportingComponent"},
};

void rename(Value& object, std::string_view from, std::string_view to, json::Arena& arena) {
  const Value* found = object.find(from);
  if (found == nullptr) return;
  Value value = *found;
  object.erase(from);
  object.set(to, value, arena);
}

void event_to_view(Value& object, json::Arena& arena) {
  for (const LabelPair& pair : kEventFields) rename(object, pair.stored, pair.view, arena);
}

void event_to_stored(Value& object, const Value*, json::Arena& arena) {
  for (const LabelPair& pair : kEventFields) rename(object, pair.view, pair.stored, arena);
}

bool is_cpu_utilization(const Value& metric) {
  return metric.string_at({"type"}) == "Resource" && metric.string_at({"resource", "name"}) == "cpu" &&
         metric.at({"resource", "target", "averageUtilization"}) != nullptr;
}

void autoscaler_to_view(Value& object, json::Arena& arena) {
  Value& spec = object.object_at("spec", arena);
  const Value* metrics = spec.find("metrics");
  for (std::uint32_t i = 0; metrics != nullptr && i < metrics->size(); ++i) {
    const Value& metric = std::as_const(*metrics).items()[i];
    if (!is_cpu_utilization(metric)) continue;
    Value target = *metric.at({"resource", "target", "averageUtilization"});
    spec.set("targetCPUUtilizationPercentage", target, arena);
    break;
  }
  Value* status = object.find("status");
  const Value* current = status == nullptr ? nullptr : std::as_const(*status).find("currentMetrics");
  for (std::uint32_t i = 0; current != nullptr && i < current->size(); ++i) {
    const Value& metric = current->items()[i];
    const Value* used = metric.at({"resource", "current", "averageUtilization"});
    if (metric.string_at({"resource", "name"}) != "cpu" || used == nullptr) continue;
    status->set("currentCPUUtilizationPercentage", *used, arena);
    break;
  }
}

Value cpu_metric(const Value& target, json::Arena& arena) {
  Value wanted = Value::object(arena);
  wanted.append_member("type", Value::string("Utilization"), arena);
  wanted.append_member("averageUtilization", target, arena);
  Value resource = Value::object(arena);
  resource.append_member("name", Value::string("cpu"), arena);
  resource.append_member("target", wanted, arena);
  Value metric = Value::object(arena);
  metric.append_member("type", Value::string("Resource"), arena);
  metric.append_member("resource", resource, arena);
  return metric;
}

/// Metrics other than CPU, and behavior, stay as they were: version 1 has no words for them.
void autoscaler_to_stored(Value& object, const Value* present, json::Arena& arena) {
  Value& spec = object.object_at("spec", arena);
  Value metrics = Value::array(arena);
  if (const Value* target = spec.find("targetCPUUtilizationPercentage"); target != nullptr) {
    metrics.push_back(cpu_metric(*target, arena), arena);
    spec.erase("targetCPUUtilizationPercentage");
  }
  if (present != nullptr) {
    const Value* before = present->at({"spec", "metrics"});
    for (std::uint32_t i = 0; before != nullptr && i < before->size(); ++i) {
      const Value& metric = before->items()[i];
      if (!is_cpu_utilization(metric)) metrics.push_back(json::deep_copy(metric, arena), arena);
    }
    if (const Value* behavior = present->at({"spec", "behavior"}); behavior != nullptr) {
      spec.set("behavior", json::deep_copy(*behavior, arena), arena);
    }
    Value* status = object.find("status");
    for (std::string_view field : {"currentMetrics", "conditions"}) {
      const Value* value = present->at({"status", field});
      if (value != nullptr && status != nullptr) status->set(field, json::deep_copy(*value, arena), arena);
    }
  }
  if (!metrics.empty()) spec.set("metrics", metrics, arena);
}

}  // namespace

Conversion conversion_of(std::string_view group, std::string_view version, std::string_view resource) {
  Conversion conversion;
  if (group == "events.k8s.io" && resource == "events") {
    conversion.to_view = event_to_view;
    conversion.to_stored = event_to_stored;
    conversion.labels = kEventLabels;
  }
  if (group == "autoscaling" && version == "v1") {
    conversion.to_view = autoscaler_to_view;
    conversion.to_stored = autoscaler_to_stored;
  }
  return conversion;
}

Result<void> make_view(const Conversion& conversion, json::Document& object) {
  conversion.to_view(object.root, object.arena);
  codec::set_type_meta(object, conversion.view);
  return codec::reshape(object, *conversion.view_type);
}

Result<void> make_stored(const Conversion& conversion, json::Document& object, const Value* present) {
  conversion.to_stored(object.root, present, object.arena);
  codec::set_type_meta(object, conversion.stored);
  return codec::reshape(object, *conversion.stored_type);
}

Result<watchcache::ObjectPtr> view_of(const Conversion& conversion, const watchcache::Object& object) {
  static const watchcache::JsonObjectDecoder decoder;
  TRY(json::Document document, json::parse(object.json.view()));
  TRY_OK(make_view(conversion, document));
  return decoder.decode(object.key, Bytes(json::to_string(document.root)), object.revision);
}

}  // namespace pedalion::registry::builtin::conversion
