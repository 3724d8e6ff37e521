#pragma once
// Warnings that several families share.
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/meta/field_error.h"

namespace pedalion::registry::builtin::kinds {

/// Warns when an amount of bytes, `list`'s member `resource`, has a fraction. `list` may be null; `path` is
/// its path.
void warn_of_fraction(const json::Value* list, std::string_view resource, const meta::FieldPath& path,
                      std::vector<std::string>& warnings);

}  // namespace pedalion::registry::builtin::kinds
