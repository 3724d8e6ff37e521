#include "pedalion/registry/builtin/conversion/conversion.h"

#include <memory>

#include "pedalion/apimachinery/codec/decode.h"
#include "pedalion/apimachinery/codec/shape.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/registry/builtin/conversion/autoscalers.h"
#include "pedalion/watchcache/json_object_decoder.h"

namespace pedalion::registry::builtin::conversion {

using scheme::Scheme;

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

void event_to_view(const Scheme&, Value& object, json::Arena& arena) {
  for (const LabelPair& pair : kEventFields) rename(object, pair.stored, pair.view, arena);
}

void event_to_stored(const Scheme&, Value& object, json::Arena& arena) {
  for (const LabelPair& pair : kEventFields) rename(object, pair.view, pair.stored, arena);
}

struct Known {
  std::string_view stored_group, stored_version, view_group, view_version, kind;
  Conversion::Function to_view, to_stored;
  std::span<const LabelPair> labels;
};

constexpr Known kKnown[] = {
    {"", "v1", "events.k8s.io", "v1", "Event", event_to_view, event_to_stored, kEventLabels},
    {"autoscaling",
     "v2",
     "autoscaling",
     "v1",
     "HorizontalPodAutoscaler",
     autoscaler_to_v1,
     autoscaler_to_v2,
     {}},
};

meta::GroupVersionKind kind_of(std::string_view group, std::string_view version, std::string_view kind) {
  return {std::string(group), std::string(version), std::string(kind)};
}

Conversion completed(const Scheme& scheme, const Known& known) {
  Conversion made;
  made.stored = kind_of(known.stored_group, known.stored_version, known.kind);
  made.view = kind_of(known.view_group, known.view_version, known.kind);
  made.stored_type = scheme.type(made.stored);
  made.view_type = scheme.type(made.view);
  made.scheme = &scheme;
  made.to_view = known.to_view;
  made.to_stored = known.to_stored;
  made.labels = known.labels;
  return made;
}

}  // namespace

std::optional<Conversion> conversion_of(const Scheme& scheme, const meta::GroupVersionKind& view) {
  for (const Known& known : kKnown) {
    if (kind_of(known.view_group, known.view_version, known.kind) == view) return completed(scheme, known);
  }
  return std::nullopt;
}

std::optional<Conversion> conversion_from(const Scheme& scheme, const meta::GroupVersionKind& stored) {
  for (const Known& known : kKnown) {
    if (kind_of(known.stored_group, known.stored_version, known.kind) == stored)
      return completed(scheme, known);
  }
  return std::nullopt;
}

managedfields::Convert converter(const Conversion& conversion) {
  if (conversion.stored.group != conversion.view.group) return {};
  return [conversion](const Value& object, std::string_view api_version,
                      json::Arena& arena) -> Result<managedfields::Versioned> {
    bool to_view = api_version == conversion.view.group_version().api_version();
    const auto& kind = to_view ? conversion.view : conversion.stored;
    const schema::Type* type = to_view ? conversion.view_type : conversion.stored_type;
    if (api_version != kind.group_version().api_version()) {
      return std::unexpected(Status(404, "NotFound", "no such version: " + std::string(api_version)));
    }
    Value made = json::deep_copy(object, arena);
    if (object.string_at({"apiVersion"}) != api_version) {
      (to_view ? conversion.to_view : conversion.to_stored)(*conversion.scheme, made, arena);
      made.set("apiVersion", Value::string(api_version, arena), arena);
    }
    TRY(made, codec::shape(*type, made, arena));
    return managedfields::Versioned{type, made};
  };
}

Result<Value> view_of(const Conversion& conversion, const Value& stored, json::Arena& arena) {
  Value made = json::deep_copy(stored, arena);
  conversion.to_view(*conversion.scheme, made, arena);
  return codec::shape(*conversion.view_type, made, arena);
}

Result<void> make_view(const Conversion& conversion, json::Document& object) {
  conversion.to_view(*conversion.scheme, object.root, object.arena);
  codec::set_type_meta(object, conversion.view);
  return codec::reshape(object, *conversion.view_type);
}

Result<void> make_stored(const Conversion& conversion, json::Document& object) {
  conversion.to_stored(*conversion.scheme, object.root, object.arena);
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
