#pragma once
// Two texts side by side, as kube-apiserver shows what an update would have changed.
#include <string>
#include <string_view>

namespace pedalion::registry::builtin::kinds {

/// A unified diff with three lines of context and no file names, found as Python's difflib does (Ratcliff and
/// Obershelp's matching; lines that are on more than one in a hundred of 200 or more lines anchor nothing).
/// Empty for equal texts.
std::string unified_diff(std::string_view from, std::string_view to);

}  // namespace pedalion::registry::builtin::kinds
