#pragma once
// ListOptions of a request: parsed, and judged as far as the query alone can be.
#include "pedalion/apimachinery/meta/query.h"
#include "pedalion/endpoints/handlers/call.h"

namespace pedalion::endpoints {

enum class ListVerb : std::uint8_t { kList, kWatch };

/// Fails with 400 (malformed values) or 422 (combinations that make no sense). The name of a deprecated watch
/// path, when there is one, becomes a field selector.
Result<registry::rest::ListOptions> list_options_of(const Call& call, const meta::Query& query,
                                                    ListVerb verb);

}  // namespace pedalion::endpoints
