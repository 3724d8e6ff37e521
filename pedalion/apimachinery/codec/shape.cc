#include "pedalion/apimachinery/codec/shape.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <span>
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

/// Whether Go leaves out a field that was not there.
bool is_left_out(const Field& field) {
  return field.omitzero || (field.omitempty && (field.pointer || is_empty(*field.type, Value())));
}

bool is_left_out(const Field& field, const Value& made) {
  if (!field.omitempty) return false;
  return field.pointer ? made.is_null() : !field.keep_empty && is_empty(*field.type, made);
}

/// Where the fields of an object's members stand in its struct, if they come in declared order, all are known
/// and none is null, and nothing that was not sent has to be written.
class DeclaredOrder {
 public:
  static constexpr std::size_t kMost = 64;

  DeclaredOrder(const Type& type, std::span<const Member> members) : holds_(find(type, members)) {}
  bool holds() const { return holds_; }
  std::size_t field_of(std::size_t member) const { return fields_[member]; }

 private:
  bool find(const Type& type, std::span<const Member> members) {
    if (members.size() > kMost || type.fields.size() > std::numeric_limits<std::uint16_t>::max())
      return false;
    std::size_t next = 0;
    for (std::size_t i = 0; i < members.size(); ++i, ++next) {
      if (members[i].value.is_null()) return false;
      for (; next < type.fields.size() && type.fields[next].name != members[i].name; ++next) {
        if (!is_left_out(type.fields[next])) return false;
      }
      if (next == type.fields.size()) return false;
      fields_[i] = static_cast<std::uint16_t>(next);
    }
    return std::ranges::all_of(type.fields.subspan(next),
                               [](const Field& field) { return is_left_out(field); });
  }

  std::uint16_t fields_[kMost];
  const bool holds_;
};

/// The methods that return false have said why in `status_`.
class Shaper {
 public:
  Shaper(Arena& arena, std::vector<std::string>* unknown) : arena_(arena), unknown_(unknown) {}

  Result<Value> run(const Type& type, Value value) {
    if (!shape_value(type, value, false, nullptr)) return std::unexpected(std::move(status_));
    return value;
  }

 private:
  /// A step of the path to what is looked at; lies in the frame of who took it.
  struct Step {
    const Step* up;
    const Type* owner;  // the struct whose field this is; null for elements
    std::string_view name;
    std::size_t index;
  };
  static constexpr std::size_t kField = ~std::size_t{0}, kMapKey = kField - 1;

  bool fail(Status status) {
    status_ = std::move(status);
    return false;
  }

  /// `pointer`: null stays null.
  bool shape_value(const Type& type, Value& value, bool pointer, const Step* at) {
    if (value.is_null()) return pointer || zero(type, value, at);
    switch (type.shape) {
      case Shape::kString:
        return value.is_string() || shape_scalar_value(type, value, at);
      case Shape::kStruct:
        return shape_struct(type, value, at);
      case Shape::kList:
        return shape_list(type, value, at);
      case Shape::kMap:
        return shape_map(type, value, at);
      case Shape::kAlternatives:
        return shape_alternative(type, value, at);
      case Shape::kJson:
      case Shape::kFieldsV1:
        return true;
      case Shape::kRawExtension:
        keep_numbers(value);
        return true;
      default:
        return shape_scalar_value(type, value, at);
    }
  }

  bool shape_scalar_value(const Type& type, Value& value, const Step* at) {
    auto made = shape_scalar(type, value, arena_);
    if (!made) return fail(explain(std::move(made).error(), type, at));
    value = *made;
    return true;
  }

  bool zero(const Type& type, Value& value, const Step* at) {
    switch (type.shape) {
      case Shape::kString:
        value = Value::string("");
        return true;
      case Shape::kBool:
        value = Value::boolean(false);
        return true;
      case Shape::kInt32:
      case Shape::kInt64:
      case Shape::kUint32:
      case Shape::kIntOrString:
      case Shape::kDouble:
        value = Value::integer(0);
        return true;
      case Shape::kQuantity:
        value = Value::string("0");
        return true;
      case Shape::kDuration:
        value = Value::string("0s");
        return true;
      case Shape::kStruct:
        value = Value::object(arena_);
        return shape_struct(type, value, at);
      default:
        return true;
    }
  }

  bool shape_struct(const Type& type, Value& value, const Step* at) {
    if (!value.is_object()) return fail(mismatch(value, type, at));
    if (++depth_ > kMaxDepth) return fail(Status(400, "BadRequest", "exceeded max depth"));
    const DeclaredOrder order(type, value.members());
    if (!(order.holds() ? shape_in_place(type, order, value, at) : rebuild(type, value, at))) return false;
    --depth_;
    return true;
  }

  bool shape_in_place(const Type& type, const DeclaredOrder& order, Value& value, const Step* at) {
    const auto members = value.members();
    bool all_stay = true;
    for (std::size_t i = 0; i < members.size(); ++i) {
      const Field& field = type.fields[order.field_of(i)];
      if (!shape_field(type, field, members[i].value, at)) return false;
      if (is_left_out(field, members[i].value)) all_stay = false;
    }
    if (all_stay) return true;
    Value kept = Value::object(arena_, value.size());
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (!is_left_out(type.fields[order.field_of(i)], members[i].value))
        kept.append_member(members[i].name, members[i].value, arena_);
    }
    value = kept;
    return true;
  }

  bool rebuild(const Type& type, Value& value, const Step* at) {
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
        report_unknown(member.key(), at);
      } else if (!member.value.is_null()) {
        auto& slot = slots[static_cast<std::size_t>(index)].emplace(member.value);
        if (!shape_field(type, type.fields[static_cast<std::size_t>(index)], slot, at)) return false;
      }
    }
    Value shaped = Value::object(arena_, static_cast<std::uint32_t>(value.size() + 2));
    for (std::size_t i = 0; i < count; ++i) {
      const Field& field = type.fields[i];
      if (!slots[i]) {
        if (is_left_out(field)) continue;
        if (!shape_field(type, field, slots[i].emplace(), at)) return false;
        if (field.omitempty && is_empty(*field.type, *slots[i])) continue;
      } else if (is_left_out(field, *slots[i])) {
        continue;
      }
      shaped.append_member(field.name, *slots[i], arena_);
    }
    value = shaped;
    return true;
  }

  /// As the first that takes such a value. Go decodes these on its own and tells of no unknown fields.
  bool shape_alternative(const Type& type, Value& value, const Step* at) {
    for (const Field& field : type.fields) {
      bool takes = value.is_object() ? field.type->is_struct() : value.is_array() && field.type->is_list();
      if (!takes) continue;
      auto* reported = std::exchange(unknown_, nullptr);
      const bool made = shape_value(*field.type, value, false, at);
      unknown_ = reported;
      return made;
    }
    return true;
  }

  bool shape_field(const Type& type, const Field& field, Value& value, const Step* at) {
    const Step step{at, &type, field.name, kField};
    return shape_value(*field.type, value, field.pointer, &step);
  }

  bool shape_list(const Type& type, Value& value, const Step* at) {
    if (!value.is_array()) return fail(mismatch(value, type, at));
    std::size_t index = 0;
    for (Value& item : value.items()) {
      const Step step{at, nullptr, {}, index++};
      if (!shape_value(*type.element, item, type.nullable_elements, &step)) return false;
    }
    return true;
  }

  bool shape_map(const Type& type, Value& value, const Step* at) {
    if (!value.is_object()) return fail(mismatch(value, type, at));
    for (Member& member : value.members()) {
      const Step step{at, nullptr, member.key(), kMapKey};
      if (!shape_value(*type.element, member.value, type.nullable_elements, &step)) return false;
    }
    value.sort_members();
    return true;
  }

  /// From the outermost on.
  static std::vector<const Step*> path_to(const Step* at) {
    std::vector<const Step*> path;
    for (; at != nullptr; at = at->up) path.push_back(at);
    std::ranges::reverse(path);
    return path;
  }

  void report_unknown(std::string_view name, const Step* at) {
    if (unknown_ == nullptr || unknown_->size() >= kMaxReported) return;
    std::string path;
    for (const Step* step : path_to(at)) {
      if (step->index < kMapKey)
        path += "[" + std::to_string(step->index) + "]";
      else
        path += (path.empty() ? "" : ".") + std::string(step->name);
    }
    unknown_->push_back((path.empty() ? "" : path + ".") + std::string(name));
  }

  /// Go names the struct that holds the field, then the fields on the way to it, without indexes and keys.
  static std::string place(const Step* at) {
    std::string fields;
    std::string_view owner;
    for (const Step* step : path_to(at)) {
      if (step->owner == nullptr) continue;
      owner = step->owner->name;
      fields += "." + std::string(step->name);
    }
    return fields.empty() ? "Go value" : "Go struct field " + std::string(owner) + fields;
  }

  static Status mismatch(const Value& value, const Type& type, const Step* at) {
    return Status(400, "BadRequest",
                  "json: cannot unmarshal " + std::string(kind_word(value)) + " into " + place(at) +
                      " of type " + go_type_text(type));
  }

  /// Scalars that fail by their kind say so with the marker kKindMismatch; others have their words already.
  static Status explain(Status status, const Type& type, const Step* at) {
    if (!status.has_reason(kKindMismatch)) return status;
    return Status(
        400, "BadRequest",
        "json: cannot unmarshal " + status.message + " into " + place(at) + " of type " + read_as(type));
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
  Status status_;
  int depth_ = 0;
};

}  // namespace

void keep_numbers(Value& value) {
  value = value.verbatim();
  for (Value& item : value.items()) keep_numbers(item);
  for (Member& member : value.members()) keep_numbers(member.value);
}

void order_members(Value& object, const Type& type, Arena& arena) {
  std::vector<Member> members(object.members().begin(), object.members().end());
  const auto place = [&](const Member& member) { return type.field_index(member.name); };
  if (std::ranges::is_sorted(members, {}, place)) return;
  std::ranges::sort(members, {}, place);
  object = Value::object(arena, members);
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
