#include "pedalion/registry/builtin/kinds/kind_rules.h"

namespace pedalion::registry::builtin::kinds {

std::span<const Value> items_at(const Value& object, std::initializer_list<std::string_view> path) {
  const Value* value = object.at(path);
  return value == nullptr ? std::span<const Value>() : value->items();
}

bool differs(const Value& a, const Value& b, std::initializer_list<std::string_view> path) {
  const Value *left = a.at(path), *right = b.at(path);
  bool no_left = left == nullptr || left->is_null(), no_right = right == nullptr || right->is_null();
  if (no_left || no_right) return no_left != no_right;
  return !json::equal(*left, *right);
}

void require_same(const Value& object, const Value& old, std::initializer_list<std::string_view> path,
                  meta::FieldErrors& errors) {
  if (!differs(object, old, path)) return;
  meta::FieldPath text;
  for (std::string_view name : path) text = text.text().empty() ? meta::FieldPath(name) : text.child(name);
  const Value* value = object.at(path);
  errors.push_back(
      meta::FieldError::invalid(text, value == nullptr ? Value() : *value, "field is immutable"));
}

}  // namespace pedalion::registry::builtin::kinds
