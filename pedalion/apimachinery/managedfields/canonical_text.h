#pragma once
// Field sets as the text that FieldsV1 is stored as: read and kept without a tree. For this folder's sources
// only.
#include <optional>
#include <span>
#include <string_view>

#include "pedalion/apimachinery/managedfields/field_set.h"

namespace pedalion::managedfields {

/// The set, if the text is spelt as it would be written again: elements canonical, in order and each once, no
/// white space. Borrows `text`; elements with escapes lie in `arena`.
std::optional<FieldSet> read_canonical(std::string_view text, json::Arena& arena);

}  // namespace pedalion::managedfields
