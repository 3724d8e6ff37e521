#pragma once
// Pages of lists, out of a tree.
#include "pedalion/watchcache/core.h"

namespace pedalion::watchcache {

/// The page of `query` in the objects as of `view.revision`.
ListPage page_of(const View& view, const ListQuery& query, const std::vector<std::string>& field_names);

/// The objects whose keys begin with `prefix` as they were at `revision` ≥ past.begin; others are as they are
/// now. Costs what changed since.
Tree as_of(const Core::Past& past, Revision revision, std::string_view prefix);

}  // namespace pedalion::watchcache
