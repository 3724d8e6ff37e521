#include "pedalion/endpoints/openapi/definitions.h"

#include <algorithm>

namespace pedalion::openapi {
namespace {

using schema::Field;
using schema::Shape;
using schema::Type;

bool is_referenced(const Type& type) { return !type.open_api_name.empty(); }

/// The default that Go's zero value gives to a field that is always written; empty: none.
std::string_view zero_default(const Field& field) {
  if (field.pointer) return {};
  if (field.type->shape == Shape::kStruct) return "{}";
  if (field.omitempty) return {};
  switch (field.type->shape) {
    case Shape::kString:
      return "\"\"";
    case Shape::kBool:
      return "false";
    case Shape::kInt32:
    case Shape::kInt64:
    case Shape::kUint32:
    case Shape::kDouble:
      return "0";
    default:
      return {};
  }
}

bool is_required(const Field& field) {
  if (field.required) return true;
  return !field.optional && !field.omitempty;
}

std::string go_name(std::string_view json_name) {
  std::string name(json_name);
  if (!name.empty() && name[0] >= 'a' && name[0] <= 'z') name[0] -= 'a' - 'A';
  return name;
}

bool is_discriminator(const Field& field) {
  return field.facts != nullptr &&
         std::ranges::find(field.facts->validation, "discriminator") != field.facts->validation.end();
}

std::string_view map_type_word(schema::MapType type) {
  return type == schema::MapType::kAtomic ? "atomic" : "granular";
}

std::string patch_strategy_words(std::uint8_t strategy) {
  std::string words;
  for (auto [bit, word] :
       {std::pair{schema::kPatchMerge, "merge"}, std::pair{schema::kPatchReplace, "replace"},
        std::pair{schema::kPatchRetainKeys, "retainKeys"}}) {
    if ((strategy & bit) == 0) continue;
    words += words.empty() ? "" : ",";
    words += word;
  }
  return words;
}

}  // namespace

void Definitions::add(const Type* type) {
  if (is_referenced(*type) && !types_.emplace(type->open_api_name, type).second) return;
  if (type->element != nullptr) return add(type->element);
  if (type->shape != Shape::kStruct) return;
  for (const Field& field : type->fields) add(field.type);
}

void Definitions::add_kind(const Type* type, const meta::GroupVersionKind& kind) {
  add(type);
  auto& kinds = kinds_[type];
  if (std::ranges::find(kinds, kind) == kinds.end()) kinds.push_back(kind);
}

void Definitions::write(JsonText& out) const {
  auto text = texts_.begin();
  for (const auto& [name, type] : types_) {
    for (; text != texts_.end() && text->first < name; ++text) out.member_raw(text->first, text->second);
    out.key(name);
    write_definition(*type, out);
  }
  for (; text != texts_.end(); ++text) out.member_raw(text->first, text->second);
}

void Definitions::write_definition(const Type& type, JsonText& out) const {
  bool v3 = version_ == Version::kV3;
  switch (type.shape) {
    case Shape::kStruct:
      return write_struct(type, out);
    case Shape::kTime:
    case Shape::kMicroTime:
      out.raw(R"({"type":"string","format":"date-time"})");
      return;
    case Shape::kDuration:
      out.raw(R"({"type":"string"})");
      return;
    case Shape::kQuantity:
      out.raw(v3 ? R"({"oneOf":[{"type":"string"},{"type":"number"}]})" : R"({"type":"string"})");
      return;
    case Shape::kIntOrString:
      out.raw(v3 ? R"({"format":"int-or-string","oneOf":[{"type":"integer"},{"type":"string"}]})"
                 : R"({"type":"string","format":"int-or-string"})");
      return;
    case Shape::kFieldsV1:
    case Shape::kRawExtension:
      out.raw(R"({"type":"object"})");
      return;
    default:
      out.raw("{}");
      return;
  }
}

void Definitions::write_struct(const Type& type, JsonText& out) const {
  out.open('{').member("type", "object");
  if (std::ranges::any_of(type.fields, is_required)) {
    out.key("required").open('[');
    for (const Field& field : type.fields) {
      if (is_required(field)) out.string(field.name);
    }
    out.close(']');
  }
  if (!type.fields.empty()) {
    std::vector<const Field*> sorted;
    for (const Field& field : type.fields) sorted.push_back(&field);
    std::ranges::sort(sorted, {}, &Field::name);
    out.key("properties").open('{');
    for (const Field* field : sorted) {
      out.key(field->name).open('{');
      write_property(*field, out);
      out.close('}');
    }
    out.close('}');
  }
  write_kinds(type, out);
  if (type.map_type != schema::MapType::kNone)
    out.member("x-kubernetes-map-type", map_type_word(type.map_type));
  if (type.is_union) write_union(type, out);
  out.close('}');
}

void Definitions::write_property(const Field& field, JsonText& out) const {
  if (is_referenced(*field.type)) {
    write_reference(field, out);
  } else {
    write_shape(*field.type, out);
    if (version_ == Version::kV3) {
      auto value = field.default_json.empty() ? zero_default(field) : field.default_json;
      if (!value.empty()) out.member_raw("default", value);
    }
  }
  write_extensions(field, out);
}

void Definitions::write_reference(const Field& field, JsonText& out) const {
  if (version_ == Version::kV2 || field.bare) {
    out.member("$ref", std::string(reference_prefix(version_)) + std::string(field.type->open_api_name));
    return;
  }
  auto value = field.default_json.empty() ? zero_default(field) : field.default_json;
  if (!value.empty()) out.member_raw("default", value);
  out.key("allOf").open('[').reference(reference_prefix(version_), field.type->open_api_name).close(']');
}

void Definitions::write_extensions(const Field& field, JsonText& out) const {
  if (!field.list_map_keys.empty()) {
    out.key("x-kubernetes-list-map-keys").open('[');
    for (auto key : field.list_map_keys) out.string(key);
    out.close(']');
  }
  if (field.list_type != schema::ListType::kNone) {
    out.member("x-kubernetes-list-type", field.list_type == schema::ListType::kAtomic ? "atomic"
                                         : field.list_type == schema::ListType::kSet  ? "set"
                                                                                      : "map");
  }
  if (field.map_type != schema::MapType::kNone)
    out.member("x-kubernetes-map-type", map_type_word(field.map_type));
  if (!field.patch_merge_key.empty()) out.member("x-kubernetes-patch-merge-key", field.patch_merge_key);
  if (field.patch_strategy != 0)
    out.member("x-kubernetes-patch-strategy", patch_strategy_words(field.patch_strategy));
}

void Definitions::write_shape(const Type& type, JsonText& out) const {
  switch (type.shape) {
    case Shape::kString:
      out.member("type", "string");
      if (!type.enum_values.empty()) {
        out.key("enum").open('[');
        for (auto value : type.enum_values) out.string(value);
        out.close(']');
      }
      return;
    case Shape::kBytes:
      out.member("type", "string").member("format", "byte");
      return;
    case Shape::kBool:
      out.member("type", "boolean");
      return;
    case Shape::kInt32:
      out.member("type", "integer").member("format", "int32");
      return;
    case Shape::kUint32:
    case Shape::kInt64:
      out.member("type", "integer").member("format", "int64");
      return;
    case Shape::kDouble:
      out.member("type", "number").member("format", "double");
      return;
    case Shape::kList:
      out.member("type", "array").key("items");
      return write_value(*type.element, out);
    case Shape::kMap:
      out.member("type", "object").key("additionalProperties");
      return write_value(*type.element, out);
    default:
      return;
  }
}

void Definitions::write_value(const Type& type, JsonText& out) const {
  if (is_referenced(type)) {
    out.reference(reference_prefix(version_), type.open_api_name);
    return;
  }
  out.open('{');
  write_shape(type, out);
  out.close('}');
}

void Definitions::write_union(const Type& type, JsonText& out) const {
  out.key("x-kubernetes-unions").open('[').open('{');
  for (const Field& field : type.fields) {
    if (is_discriminator(field)) out.member("discriminator", field.name);
  }
  out.key("fields-to-discriminateBy").open('{');
  for (const Field& field : type.fields) {
    if (field.pointer && !is_discriminator(field)) out.member(field.name, go_name(field.name));
  }
  out.close('}').close('}').close(']');
}

void Definitions::write_kinds(const Type& type, JsonText& out) const {
  std::vector<meta::GroupVersionKind> kinds;
  if (auto found = kinds_.find(&type); found != kinds_.end()) kinds = found->second;
  if (kinds.empty() && type.kind != nullptr && type.package == "meta/v1") {
    kinds.push_back({"", "v1", std::string(type.name)});  // Status and its like have no version of their own
  }
  if (kinds.empty() && type.kind != nullptr) {
    if (auto version = scheme_.group_version(type.package)) {
      kinds.push_back({version->group, version->version, std::string(type.name)});
    }
  }
  if (kinds.empty()) return;
  out.key("x-kubernetes-group-version-kind").open('[');
  for (const auto& kind : kinds) {
    out.open('{')
        .member("group", kind.group)
        .member("kind", kind.kind)
        .member("version", kind.version)
        .close('}');
  }
  out.close(']');
}

}  // namespace pedalion::openapi
