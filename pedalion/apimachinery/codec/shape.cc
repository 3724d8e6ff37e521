#include "pedalion/apimachinery/codec/shape.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "pedalion/apimachinery/codec/scalars.h"
#include "pedalion/apimachinery/json/write.h"

namespace pedalion::codec {
namespace {

using json::Arena;
using json::Member;
using json::Value;
using schema::Field;
using schema::Shape;
using schema::Type;

constexpr std::size_t kMaxReported = 100;
// Types are not recursive beyond what their JSON is; the tree's own depth is the bound, and the stack's.
constexpr int kMaxDepth = 600;

/// Whether Go's omitempty leaves the (already shaped) value out.
bool is_empty(const Type& type, const Value& value) {
  switch (type.shape) {
    case Shape::kString:
      return value.is_null() || (value.is_string() && value.as_string().empty());
    case Shape::kBytes:
      return value.is_null() || value.as_string().empty();
    case Shape::kBool:
      return !value.bool_or(false);
    case Shape::kInt32:
    case Shape::kInt64:
    case Shape::kUint32:
      return value.is_null() || (value.is_int() && value.as_int() == 0);
    case Shape::kDouble:
      return value.is_null() || (value.is_number() && value.as_double() == 0);
    case Shape::kList:
    case Shape::kMap:
      return value.is_null() || value.empty();
    case Shape::kJson:
    case Shape::kFieldsV1:
      return value.is_null();
    default:
      return false;  // Go structs are never empty
  }
}

class Shaper {
 public:
  Shaper(Arena& arena, std::vector<std::string>* unknown) : arena_(arena), unknown_(unknown) {}

  Result<Value> run(const Type& type, Value value) { return shape_value(type, value, false); }

 private:
  /// `pointer`: null stays null.
  Result<Value> shape_value(const Type& type, Value value, bool pointer) {
    if (value.is_null()) return pointer ? value : zero(type);
    switch (type.shape) {
      case Shape::kStruct:
        return shape_struct(type, value);
      case Shape::kList:
        return shape_list(type, value);
      case Shape::kMap:
        return shape_map(type, value);
      case Shape::kAlternatives:
        return shape_alternative(type, value);
      case Shape::kJson:
      case Shape::kFieldsV1:
        return value;
      case Shape::kRawExtension:
        keep_numbers(value);
        return value;
      default: {
        auto made = shape_scalar(type, value, arena_);
        if (!made) return std::unexpected(explain(std::move(made).error(), type));
        return made;
      }
    }
  }

  Value zero(const Type& type) {
    switch (type.shape) {
      case Shape::kString:
        return Value::string("");
      case Shape::kBool:
        return Value::boolean(false);
      case Shape::kInt32:
      case Shape::kInt64:
      case Shape::kUint32:
      case Shape::kIntOrString:
        return Value::integer(0);
      case Shape::kDouble:
        return Value::integer(0);
      case Shape::kQuantity:
        return Value::string("0");
      case Shape::kDuration:
        return Value::string("0s");
      case Shape::kStruct: {
        auto made = shape_struct(type, Value::object(arena_));
        return made ? *made : Value();
      }
      default:
        return Value();
    }
  }

  Result<Value> shape_struct(const Type& type, Value value) {
    if (!value.is_object()) return std::unexpected(mismatch(value, type));
    if (++depth_ > kMaxDepth) return std::unexpected(Status(400, "BadRequest", "exceeded max depth"));
    const std::size_t count = type.fields.size();
    // Each field's value, shaped, or nothing; the stack holds those of most types.
    std::optional<Value> small[32];
    std::vector<std::optional<Value>> large;
    std::span<std::optional<Value>> slots(small, std::min<std::size_t>(count, 32));
    if (count > 32) {
      large.resize(count);
      slots = large;
    }
    // In the order they came: what is wrong first is what Go tells.
    for (const Member& member : value.members()) {
      int index = type.field_index(member.key());
      if (index < 0) {
        report_unknown(member.key());
      } else if (!member.value.is_null()) {
        const Field& field = type.fields[static_cast<std::size_t>(index)];
        TRY(slots[static_cast<std::size_t>(index)], shape_field(type, field, member.value));
      }
    }
    Value shaped = Value::object(arena_, static_cast<std::uint32_t>(value.size() + 2));
    for (std::size_t i = 0; i < count; ++i) {
      const Field& field = type.fields[i];
      bool sent = slots[i].has_value();
      if (!sent) {
        if (field.omitzero || (field.omitempty && (field.pointer || is_empty(*field.type, Value()))))
          continue;
        TRY(slots[i], shape_field(type, field, Value()));
      }
      const Value& made = *slots[i];
      bool kept = field.pointer || (field.keep_empty && sent);
      if (field.omitempty && !kept && is_empty(*field.type, made)) continue;
      if (field.omitempty && field.pointer && made.is_null()) continue;
      shaped.append_member(field.name, made, arena_);
    }
    --depth_;
    return shaped;
  }

  /// As the first that takes such a value. Go decodes these on its own and tells of no unknown fields.
  Result<Value> shape_alternative(const Type& type, Value value) {
    for (const Field& field : type.fields) {
      bool takes = value.is_object() ? field.type->is_struct() : value.is_array() && field.type->is_list();
      if (!takes) continue;
      auto* reported = std::exchange(unknown_, nullptr);
      auto made = shape_value(*field.type, value, false);
      unknown_ = reported;
      return made;
    }
    return value;
  }

  Result<Value> shape_field(const Type& type, const Field& field, Value value) {
    enter(type, field.name);
    auto made = shape_value(*field.type, value, field.pointer);
    leave();
    return made;
  }

  Result<Value> shape_list(const Type& type, Value value) {
    if (!value.is_array()) return std::unexpected(mismatch(value, type));
    std::size_t index = 0;
    for (Value& item : value.items()) {
      path_.push_back({nullptr, {}, index++});
      auto made = shape_value(*type.element, item, type.nullable_elements);
      path_.pop_back();
      if (!made) return made;
      item = *made;
    }
    return value;
  }

  Result<Value> shape_map(const Type& type, Value value) {
    if (!value.is_object()) return std::unexpected(mismatch(value, type));
    for (Member& member : value.members()) {
      path_.push_back({nullptr, member.key(), kMapKey});
      auto made = shape_value(*type.element, member.value, type.nullable_elements);
      path_.pop_back();
      if (!made) return made;
      member.value = *made;
    }
    value.sort_members();
    return value;
  }

  struct Step {
    const Type* owner;  // the struct whose field this is; null for elements
    std::string_view name;
    std::size_t index;
  };
  static constexpr std::size_t kField = ~std::size_t{0}, kMapKey = kField - 1;

  void enter(const Type& owner, std::string_view name) { path_.push_back({&owner, name, kField}); }
  void leave() { path_.pop_back(); }

  void report_unknown(std::string_view name) {
    if (unknown_ == nullptr || unknown_->size() >= kMaxReported) return;
    std::string path;
    for (const Step& step : path_) {
      if (step.index < kMapKey)
        path += "[" + std::to_string(step.index) + "]";
      else
        path += (path.empty() ? "" : ".") + std::string(step.name);
    }
    unknown_->push_back((path.empty() ? "" : path + ".") + std::string(name));
  }

  /// Go names the struct that holds the field, then the fields on the way to it, without indexes and keys.
  std::string place() const {
    std::string fields;
    std::string_view owner;
    for (const Step& step : path_) {
      if (step.owner == nullptr) continue;
      owner = step.owner->name;
      fields += "." + std::string(step.name);
    }
    return fields.empty() ? "Go value" : "Go struct field " + std::string(owner) + fields;
  }

  Status mismatch(const Value& value, const Type& type) const {
    return Status(400, "BadRequest",
                  "json: cannot unmarshal " + std::string(kind_word(value)) + " into " + place() +
                      " of type " + go_type_text(type));
  }

  /// Scalars that fail by their kind say so with the marker kKindMismatch; others have their words already.
  Status explain(Status status, const Type& type) const {
    if (!status.has_reason(kKindMismatch)) return status;
    return Status(
        400, "BadRequest",
        "json: cannot unmarshal " + status.message + " into " + place() + " of type " + read_as(type));
  }

  /// What a type that decodes itself reads first.
  static std::string read_as(const Type& type) {
    switch (type.shape) {
      case Shape::kIntOrString:
        return "int32";
      case Shape::kTime:
      case Shape::kMicroTime:
      case Shape::kDuration:
        return "string";
      default:
        return go_type_text(type);
    }
  }

  Arena& arena_;
  std::vector<std::string>* unknown_;
  std::vector<Step> path_;
  int depth_ = 0;
};

}  // namespace

void keep_numbers(Value& value) {
  value = value.verbatim();
  for (Value& item : value.items()) keep_numbers(item);
  for (Member& member : value.members()) keep_numbers(member.value);
}

Result<Value> shape(const Type& type, Value value, Arena& arena, std::vector<std::string>* unknown) {
  return Shaper(arena, unknown).run(type, value);
}

std::string go_type_text(const Type& type) {
  switch (type.shape) {
    case Shape::kBytes:
      return "[]uint8";
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
    case Shape::kList:
      return "[]" + std::string(type.nullable_elements ? "*" : "") + go_type_text(*type.element);
    case Shape::kMap:
      return "map[string]" + go_type_text(*type.element);
    case Shape::kStruct:
      return std::string(type.package.substr(type.package.find('/') + 1)) + "." + std::string(type.name);
    case Shape::kTime:
      return "v1.Time";
    case Shape::kQuantity:
      return "resource.Quantity";
    case Shape::kIntOrString:
      return "intstr.IntOrString";
    default:
      if (type.name.empty() || type.name == "string") return "string";
      return std::string(type.package.substr(type.package.find('/') + 1)) + "." + std::string(type.name);
  }
}

}  // namespace pedalion::codec
