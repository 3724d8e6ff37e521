#pragma once
// What resourceVersion, resourceVersionMatch, limit and continue mean together (wire contract, D2 to D4).
#include "pedalion/registry/generic/continue_token.h"
#include "pedalion/registry/rest/options.h"
#include "pedalion/watchcache/cache.h"

namespace pedalion::registry::generic {

/// Fails with 500 and the words of Go's strconv.
Result<storage::Revision> parse_revision(std::string_view text);

/// Of a get or a watch. Fails with 400.
Result<watchcache::Freshness> freshness_of(std::string_view resource_version);

struct Page {
  watchcache::Freshness freshness;
  std::size_t limit = 0;    // 0: all
  std::string start_after;  // below the list's prefix; empty: the beginning
  bool continued = false;
};
/// Of a list. Fails with 400.
Result<Page> page_of(const rest::ListOptions& options);

/// 410 of a page that is too old, with the token that goes on inconsistently.
Status expired_page(const Page& page);

}  // namespace pedalion::registry::generic
