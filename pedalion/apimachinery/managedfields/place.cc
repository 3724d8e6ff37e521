#include "pedalion/apimachinery/managedfields/place.h"

#include <algorithm>
#include <array>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/meta/field_error.h"

namespace pedalion::managedfields {
namespace {

using json::Value;
using schema::ListType;
using schema::MapType;
using schema::Shape;

constexpr std::size_t kMaxKeys = 16;

Status bad_item(std::string text) { return Status(500, "", std::move(text)); }

/// The value of a key that an item leaves out; null when it has none. What Go always writes defaults to its
/// zero value.
Result<Value> key_default(const schema::Field* field, json::Arena& arena) {
  if (field == nullptr) return Value();
  if (!field->default_json.empty()) return json::parse(field->default_json, arena);
  if (field->omitempty || field->omitzero || field->pointer || field->type == nullptr) return Value();
  switch (field->type->shape) {
    case Shape::kString:
      return Value::string("");
    case Shape::kBool:
      return Value::boolean(false);
    case Shape::kInt32:
    case Shape::kInt64:
    case Shape::kUint32:
      return Value::integer(0);
    default:
      return Value();
  }
}

std::string quoted_list(std::span<const std::string_view> names) {
  std::string text = "[";
  for (auto name : names) text += (text.size() == 1 ? "" : " ") + meta::go_quoted(name);
  return text + "]";
}

Result<Element> keyed_element(const Place& list, const Value& item, json::Arena& arena) {
  if (item.is_null())
    return std::unexpected(bad_item("associative list with keys may not have a null element"));
  if (!item.is_object())
    return std::unexpected(bad_item("associative list with keys may not have non-map elements"));
  std::array<KeyPart, kMaxKeys> parts;
  std::size_t count = 0;
  Place element = list.item();
  for (auto key : list.keys) {
    if (count == parts.size()) break;
    if (const Value* given = item.find(key)) {
      parts[count++] = {key, *given};
    } else {
      TRY(Value fallback, key_default(element.field(key), arena));
      if (!fallback.is_null()) parts[count++] = {key, fallback};
    }
  }
  if (count == 0) {
    return std::unexpected(bad_item("associative list with keys has an element that omits all key fields " +
                                    quoted_list(list.keys) +
                                    " (and doesn't have default values for any key fields)"));
  }
  std::span<KeyPart> used(parts.data(), count);
  std::ranges::sort(used, {}, &KeyPart::name);
  return key_element(used, arena);
}

}  // namespace

Place Place::of(const schema::Field& field) {
  return {.type = field.type,
          .list_type = field.list_type,
          .map_type = field.map_type,
          .keys = field.list_map_keys};
}

bool Place::untyped() const {
  if (type == nullptr) return true;
  switch (type->shape) {
    case Shape::kJson:
    case Shape::kFieldsV1:
    case Shape::kAlternatives:
      return true;
    default:
      return false;
  }
}

Form Place::form(const Value& value) const {
  MapType declared = map_type != MapType::kNone || type == nullptr ? map_type : type->map_type;
  bool atomic_map = declared == MapType::kAtomic;
  if (untyped()) {
    if (value.is_object()) return atomic_map ? Form::kAtomic : Form::kMap;
    return value.is_array() || value.is_null() ? Form::kAtomic : Form::kScalar;
  }
  switch (type->shape) {
    case Shape::kStruct:
    case Shape::kMap:
      return atomic_map ? Form::kAtomic : Form::kMap;
    case Shape::kList:
      if (list_type == ListType::kSet) return Form::kSet;
      return list_type == ListType::kMap && !keys.empty() ? Form::kListMap : Form::kAtomic;
    case Shape::kRawExtension:
      return Form::kAtomic;
    default:
      return Form::kScalar;
  }
}

const schema::Field* Place::field(std::string_view name) const {
  return type != nullptr && type->is_struct() ? type->field(name) : nullptr;
}

std::optional<Place> Place::member(std::string_view name) const {
  if (untyped()) return Place{};
  if (const schema::Field* found = field(name)) return of(*found);
  if (type->element != nullptr && (type->is_map() || type->is_struct())) return of(*type->element);
  return std::nullopt;
}

Place Place::item() const {
  if (untyped() || type->element == nullptr) return {};
  return of(*type->element);
}

Result<Element> item_element(const Place& list, const Value& item, json::Arena& arena) {
  if (list.form(item) == Form::kListMap) return keyed_element(list, item, arena);
  if (item.is_object())
    return std::unexpected(bad_item("associative list without keys has an element that's a map type"));
  if (item.is_array())
    return std::unexpected(bad_item("not supported: associative list with lists as elements"));
  if (item.is_null())
    return std::unexpected(bad_item("associative list without keys has an element that's an explicit null"));
  return value_element(item, arena);
}

}  // namespace pedalion::managedfields
