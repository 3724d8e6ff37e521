#pragma once
// Names and ids that the server makes up.
#include <string>
#include <string_view>

namespace pedalion::meta {

/// A random UUID, version 4. Thread-safe.
std::string make_uid();
/// `prefix`, cut so that the whole has at most 63 bytes, and five random letters or digits that spell no
/// words.
std::string make_generated_name(std::string_view prefix);

}  // namespace pedalion::meta
