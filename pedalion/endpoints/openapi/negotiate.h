#pragma once
// Which of the encodings of an OpenAPI document a request asks for.
#include <optional>
#include <string_view>

namespace pedalion::openapi {

enum class Encoding : bool { kJson, kProtobuf };

/// By the Accept header (empty: anything) and OpenAPI's version, "v2" or "v3"; nothing when none is
/// acceptable.
std::optional<Encoding> negotiate(std::string_view accept, std::string_view version);

}  // namespace pedalion::openapi
