#include "pedalion/registry/builtin/defaults/filler.h"

#include <algorithm>

namespace pedalion::registry::builtin::defaults {

bool is_zero(const Value& value) {
  switch (value.kind()) {
    case json::Kind::kNull:
      return true;
    case json::Kind::kBool:
      return !value.as_bool();
    case json::Kind::kInt:
    case json::Kind::kDouble:
      return value.as_double() == 0;
    case json::Kind::kString:
      return value.as_string().empty();
    case json::Kind::kArray:
    case json::Kind::kObject:
      return value.empty();
    case json::Kind::kRaw:
      return false;
  }
  return false;
}

Value& set_in_order(Value& object, const schema::Type& type, std::string_view name, Value value,
                    json::Arena& arena) {
  if (Value* present = object.find(name); present != nullptr) {
    *present = value;
    return *present;
  }
  auto members = object.members();
  int place = type.field_index(name);
  // Kind and apiVersion are no fields: they come first, as -1 says.
  auto before = std::ranges::find_if(
      members, [&](const json::Member& member) { return type.field_index(member.name) > place; });
  return object.insert_member(static_cast<std::uint32_t>(before - members.begin()), arena.copy(name), value,
                              arena);
}

bool Filler::unset(std::string_view name) const {
  const Value* value = static_cast<const Value&>(object_).find(name);
  if (value == nullptr || value->is_null()) return true;
  const schema::Field* field = type_.field(name);
  if (field != nullptr && field->pointer) return false;
  return is_zero(*value);
}

Filler Filler::in(std::string_view name) {
  const schema::Field* field = type_.field(name);
  Value* value = object_.find(name);
  if (value == nullptr || value->is_null()) {
    value = &set_in_order(object_, type_, name, Value::object(arena_), arena_);
  }
  return Filler(*value, *field->type, arena_);
}

}  // namespace pedalion::registry::builtin::defaults
