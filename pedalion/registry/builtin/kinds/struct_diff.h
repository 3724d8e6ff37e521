#pragma once
// What has changed in a struct that may not change: a unified diff of its Go form, a member a line.
#include <string>

#include "pedalion/registry/builtin/kinds/go_form.h"

namespace pedalion::registry::builtin::kinds {

/// Brings a Go form into the shape of a type that differs from v1's.
using Rearrange = Value (*)(Value tree, json::Arena& arena);

/// "@@ -2,7 +2,7 @@\n …", with three lines around each change; empty when the two look the same.
std::string struct_diff(const Value& before, const Value& now, GoType type, Rearrange rearrange = nullptr);

}  // namespace pedalion::registry::builtin::kinds
