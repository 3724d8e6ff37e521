#include "pedalion/apimachinery/managedfields/last_applied.h"

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/managedfields/typed.h"

namespace pedalion::managedfields {
namespace {

using json::Value;

constexpr std::size_t kMaxAnnotations = 256 * 1024;  // bytes of keys and values

std::string_view annotation(const Value& object) {
  return object.string_at({"metadata", "annotations", kLastAppliedAnnotation});
}

/// `applied` as JSON with sorted keys and a line feed, without its own annotation.
std::string written(const Value& applied, json::Arena& arena) {
  Value copy = json::deep_copy(applied, arena);
  Value* metadata = copy.find("metadata");
  Value* annotations = metadata == nullptr ? nullptr : metadata->find("annotations");
  if (annotations != nullptr) {
    annotations->erase(kLastAppliedAnnotation);
    if (annotations->empty()) metadata->erase("annotations");
  }
  return json::to_string(copy, json::SortKeys::kYes) + "\n";
}

}  // namespace

FieldSet fields_last_applied(const schema::Type& type, std::string_view api_version, const Value& live,
                             json::Arena& arena) {
  auto text = annotation(live);
  if (text.empty() || !validate(type, live, arena)) return {};
  auto applied = json::parse(text, arena);
  if (!applied || applied->string_at({"apiVersion"}) != api_version || !validate(type, *applied, arena))
    return {};
  auto change = compare(type, *applied, live, arena);
  if (!change) return {};
  FieldSet fields = difference(fields_of(type, *applied, arena), change->modified);
  return difference(difference(fields, change->added), change->removed);
}

void renew_last_applied(Value& object, const Value& applied, json::Arena& arena) {
  if (annotation(object).empty()) return;
  std::string text = written(applied, arena);
  Value metadata = Value::object(arena, object.find("metadata")->size());
  for (const auto& member : object.find("metadata")->members())
    metadata.append_member(member.name, member.value, arena);
  Value annotations = Value::object(arena, 4);
  std::size_t total = 0;
  for (const auto& member : metadata.find("annotations")->members()) {
    bool ours = member.name == kLastAppliedAnnotation;
    Value value = ours ? Value::string(text, arena) : member.value;
    annotations.append_member(member.name, value, arena);
    total += member.name.size() + value.string_or().size();
  }
  if (total > kMaxAnnotations) annotations.erase(kLastAppliedAnnotation);
  metadata.set("annotations", annotations, arena);
  object.set("metadata", metadata, arena);
}

}  // namespace pedalion::managedfields
