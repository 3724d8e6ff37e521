#pragma once
// CreateOptions, UpdateOptions, PatchOptions and DeleteOptions of a request, parsed and judged with
// kube-apiserver's words.
#include "pedalion/apimachinery/meta/query.h"
#include "pedalion/endpoints/handlers/call.h"

namespace pedalion::endpoints {

enum class WriteVerb : std::uint8_t { kCreate, kUpdate, kPatch, kApply };

/// Fails with 422. The field manager is defaulted from the user agent (not for apply).
Result<registry::rest::WriteOptions> write_options_of(const Call& call, const meta::Query& query,
                                                      WriteVerb verb);

/// From the body when there is one, else from the query. Fails with 400, 413, 415 or 422.
Task<Result<registry::rest::DeleteOptions>> delete_options_of(const Call& call, const meta::Query& query);

}  // namespace pedalion::endpoints
