#pragma once
// Authorization: Bearer <token>.
#include <string_view>

#include "pedalion/http/message.h"

namespace pedalion::server::authn {

/// Empty when there is none. The scheme's case does not matter; what follows the token is ignored.
std::string_view bearer_token(const http::Headers& headers);

/// There is a token behind more than one blank, which counts as none: clients are warned.
bool has_misplaced_token(const http::Headers& headers);
inline constexpr std::string_view kMisplacedTokenWarning =
    "the provided Authorization header contains extra space before the bearer token, and is ignored";

}  // namespace pedalion::server::authn
