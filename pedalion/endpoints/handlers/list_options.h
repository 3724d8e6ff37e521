#pragma once
// ListOptions of a request: parsed, and judged as far as the query alone can be.
#include "pedalion/endpoints/handlers/call.h"
#include "pedalion/endpoints/request/query.h"

namespace pedalion::endpoints {

enum class ListVerb : std::uint8_t { kList, kWatch };

/// Fails with 400 (malformed values) or 422 (combinations that make no sense). The name of a deprecated watch
/// path, when there is one, becomes a field selector.
Result<registry::rest::ListOptions> list_options_of(const Call& call, const Query& query, ListVerb verb);

/// Go's strconv.ParseInt; the error is its text.
Result<std::int64_t> parse_int64(std::string_view text);

}  // namespace pedalion::endpoints
