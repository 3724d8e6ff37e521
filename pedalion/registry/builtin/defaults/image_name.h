#pragma once
// References to images: [domain/]path[:tag][@digest].
#include <string_view>

namespace pedalion::registry::builtin::defaults {

/// The tag by which such a reference finds its image: "latest" when there is neither tag nor digest; empty
/// for a digest alone, and for what is no reference.
std::string_view image_tag(std::string_view reference);

}  // namespace pedalion::registry::builtin::defaults
