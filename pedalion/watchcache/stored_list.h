#pragma once
// Lists that the store answers, because the cache does not know the revision any more.
#include "pedalion/watchcache/core.h"

namespace pedalion::watchcache {

/// `query.freshness.revision` is the revision. Fails with 410 when the store has forgotten it too.
Task<Result<ListPage>> list_stored(std::shared_ptr<Core> core, ListQuery query);

}  // namespace pedalion::watchcache
