#include "pedalion/apimachinery/patch/restore.h"

#include <cmath>

#include "pedalion/apimachinery/codec/scalars.h"
#include "pedalion/apimachinery/codec/shape.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/meta/go_text.h"

namespace pedalion::patch {
namespace {

using json::Kind;
using json::Value;
using schema::Shape;
using schema::Type;

Result<void> problem(std::string text) { return std::unexpected(Status(422, "Invalid", std::move(text))); }

/// reflect.Kind of a value that came from JSON.
std::string reflect_kind(const Value& value) {
  if (value.is_object()) return "map";
  return value.is_array() ? "slice" : std::string(meta::go_type_name(value));
}

/// reflect.Kind of a scalar type.
std::string_view scalar_kind(Shape shape) {
  switch (shape) {
    case Shape::kBool:
      return "bool";
    case Shape::kInt32:
      return "int32";
    case Shape::kInt64:
      return "int64";
    case Shape::kUint32:
      return "uint32";
    case Shape::kDouble:
      return "float64";
    default:
      return "string";
  }
}

Result<void> check_scalar(const Type& type, const Value& value) {
  bool number = type.shape == Shape::kInt32 || type.shape == Shape::kInt64 || type.shape == Shape::kUint32;
  bool convertible = false;  // as Go converts; not all of that is allowed
  switch (value.kind()) {
    case Kind::kString:
    case Kind::kBool:
      if (value.is_string() ? type.shape == Shape::kString : type.shape == Shape::kBool) return {};
      break;
    case Kind::kInt:
      if (number || type.shape == Shape::kDouble) return {};
      convertible = type.shape == Shape::kString;
      break;
    case Kind::kDouble:
      if (type.shape == Shape::kDouble || (number && value.as_double() == std::trunc(value.as_double())))
        return {};
      convertible = number;
      break;
    default:
      break;
  }
  if (!convertible) return problem("unrecognized type: " + std::string(scalar_kind(type.shape)));
  return problem("cannot convert " + std::string(meta::go_type_name(value)) + " to " +
                 codec::go_type_text(type));
}

/// Types that read themselves from JSON.
Result<void> check_own_form(const Type& type, const Value& value) {
  json::Arena arena;
  auto shaped = codec::shape_scalar(type, value, arena);
  if (shaped) return {};
  if (!shaped.error().has_reason(codec::kKindMismatch)) return problem(shaped.error().message);
  return problem("json: cannot unmarshal " + std::string(codec::kind_word(value)) +
                 " into Go value of type string");
}

}  // namespace

Result<void> check_restorable(const Type& type, const Value& value) {
  if (value.is_null()) return {};
  switch (type.shape) {
    case Shape::kString:
    case Shape::kBool:
    case Shape::kInt32:
    case Shape::kInt64:
    case Shape::kUint32:
    case Shape::kDouble:
      return check_scalar(type, value);
    case Shape::kStruct:
      if (!value.is_object()) return problem("cannot restore struct from: " + reflect_kind(value));
      for (const schema::Field& field : type.fields) {
        const Value* member = value.find(field.name);
        if (member != nullptr && field.type != nullptr) TRY_OK(check_restorable(*field.type, *member));
      }
      return {};
    case Shape::kList:
      if (!value.is_array()) return problem("cannot restore slice from " + reflect_kind(value));
      for (const Value& item : value.items()) TRY_OK(check_restorable(*type.element, item));
      return {};
    case Shape::kMap:
      if (!value.is_object()) return problem("cannot restore map from " + reflect_kind(value));
      for (const auto& member : value.members()) TRY_OK(check_restorable(*type.element, member.value));
      return {};
    case Shape::kBytes:
      if (!value.is_string()) return problem("cannot restore slice from " + reflect_kind(value));
      if (auto shaped = check_own_form(type, value); !shaped)
        return problem("error decoding from json: " + shaped.error().message);
      return {};
    case Shape::kTime:
    case Shape::kMicroTime:
    case Shape::kDuration:
    case Shape::kQuantity:
    case Shape::kIntOrString:
      return check_own_form(type, value);
    default:
      return {};
  }
}

Status unusable_patch(std::string_view shown, std::string_view problem) {
  return meta::invalid("", "", "", {meta::FieldError::invalid(meta::FieldPath("patch"), shown, problem)});
}

}  // namespace pedalion::patch
