#pragma once
// How a struct is shown in an error: kube-apiserver prints Go's JSON of its internal types, with Go's names
// for the fields and every field written.
#include <span>
#include <string>
#include <string_view>

#include "pedalion/registry/builtin/kinds/field.h"

namespace pedalion::registry::builtin::kinds {

/// A struct of a package ("core/v1", "Taint"), or a list of such.
struct GoType {
  std::string_view package, name;
  bool list = false;
};

/// What is absent is null, unless `present_when_absent`: a struct that is no pointer is shown with zero
/// values.
std::string go_form(const Value* value, GoType type, bool present_when_absent = false);

/// Equal as apimachinery's Semantic.DeepEqual has it: amounts by value, and empty lists and maps are none.
/// Null is a nil pointer.
bool same_in_go(const Value* a, const Value* b, GoType type);

// Errors that show the field's value so.
void invalid_struct(const Field& field, GoType type, std::string_view detail);
void duplicate_struct(const Field& field, GoType type, std::string_view detail = {});
void not_supported_struct(const Field& field, GoType type, std::span<const std::string_view> supported);
/// "field is immutable" when the two differ.
void check_immutable_struct(const Field& field, const Field& old, GoType type);

}  // namespace pedalion::registry::builtin::kinds
