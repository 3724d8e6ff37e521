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

/// Why a label of nodes should not be used any more, and what should; empty when it may be.
std::string_view node_label_deprecation(std::string_view label);

}  // namespace pedalion::registry::builtin::kinds
