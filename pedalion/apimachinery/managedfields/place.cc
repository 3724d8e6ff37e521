#include "pedalion/apimachinery/managedfields/place.h"

namespace pedalion::managedfields {

using json::Value;
using schema::ListType;
using schema::MapType;
using schema::Shape;

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

bool Place::accepts(const Value& value) const {
  if (value.is_null() || untyped()) return true;
  switch (type->shape) {
    case Shape::kStruct:
    case Shape::kMap:
      return value.is_object();
    case Shape::kList:
      return value.is_array();
    case Shape::kRawExtension:
      return true;
    case Shape::kBool:
      return value.is_bool();
    case Shape::kInt32:
    case Shape::kInt64:
    case Shape::kUint32:
    case Shape::kDouble:
      return value.is_number();
    case Shape::kQuantity:
    case Shape::kIntOrString:
      return !value.is_array() && !value.is_object();
    default:
      return value.is_string();
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

}  // namespace pedalion::managedfields
