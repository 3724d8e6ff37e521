#pragma once
// The continue token of paged lists, in the form that Kubernetes gives it: base64url of {"v","rv","start"}.
#include <cstdint>
#include <string>
#include <string_view>

#include "pedalion/base/status.h"

namespace pedalion::registry::generic {

struct ContinueToken {
  std::int64_t revision = 0;  // -1: whatever is current (a consistent page is not there any more)
  std::string start;          // the first key wanted, below the list's prefix
};

std::string encode_continue_token(const ContinueToken& token);
/// Fails with 400 `continue key is not valid: …`.
Result<ContinueToken> decode_continue_token(std::string_view text);

}  // namespace pedalion::registry::generic
