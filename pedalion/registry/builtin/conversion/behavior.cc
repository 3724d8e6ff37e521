#include "pedalion/registry/builtin/conversion/behavior.h"

#include <algorithm>
#include <span>
#include <string_view>

namespace pedalion::registry::builtin::conversion {

using json::Arena;
using json::Value;

namespace {

struct Part {
  std::string_view go, name;
  std::span<const Part> parts;  // of a struct, or of a list's structs
};

constexpr Part kPolicy[] = {
    {"Type", "type", {}}, {"Value", "value", {}}, {"PeriodSeconds", "periodSeconds", {}}};
constexpr Part kRules[] = {{"StabilizationWindowSeconds", "stabilizationWindowSeconds", {}},
                           {"SelectPolicy", "selectPolicy", {}},
                           {"Policies", "policies", kPolicy},
                           {"Tolerance", "tolerance", {}}};
constexpr Part kBehavior[] = {{"ScaleUp", "scaleUp", kRules}, {"ScaleDown", "scaleDown", kRules}};

bool same_letters(std::string_view a, std::string_view b) {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 'a' - 'A') : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

const Value* find_in_any_case(const Value& object, std::string_view name) {
  for (const auto& member : object.members()) {
    if (same_letters(member.name, name)) return &member.value;
  }
  return nullptr;
}

/// Renames the members of a struct, or of each struct of a list.
Value renamed(const Value& from, std::span<const Part> parts, bool to_go, Arena& arena) {
  if (parts.empty() || !(from.is_object() || from.is_array())) return json::deep_copy(from, arena);
  if (from.is_array()) {
    Value list = Value::array(arena, from.size());
    for (const Value& item : from.items()) list.push_back(renamed(item, parts, to_go, arena), arena);
    return list;
  }
  Value made = Value::object(arena);
  for (const Part& part : parts) {
    const Value* found = to_go ? from.find(part.name) : find_in_any_case(from, part.go);
    if (found == nullptr && !to_go) continue;
    Value value = found == nullptr ? Value() : renamed(*found, part.parts, to_go, arena);
    made.append_member(to_go ? part.go : part.name, value, arena);
  }
  return made;
}

}  // namespace

Value behavior_to_go(const Value& behavior, Arena& arena) {
  return renamed(behavior, kBehavior, true, arena);
}

Value behavior_from_go(const Value& text, Arena& arena) { return renamed(text, kBehavior, false, arena); }

}  // namespace pedalion::registry::builtin::conversion
