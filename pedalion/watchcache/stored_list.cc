#include "pedalion/watchcache/stored_list.h"

#include <algorithm>

#include "pedalion/apimachinery/meta/errors.h"

namespace pedalion::watchcache {
namespace {

constexpr std::size_t kFirstPage = 500, kLargestPage = 10000;  // entries read at once

Status for_client(Status status, Revision wanted, const Core& core) {
  if (status.code == 410) return meta::expired("The resourceVersion for the provided list is too old.");
  if (status.code == 504) return meta::too_large_resource_version(wanted, core.revision(), 0);
  return status;
}

/// Takes from `read` what is wanted. True when the page is full.
bool take(const Core& core, const ListQuery& query, storage::ListResult& read, ListPage& page) {
  const Selection& selection = query.selection;
  std::size_t left = read.entries.size();
  for (storage::Entry& entry : read.entries) {
    --left;
    ObjectPtr object = core.decoded(std::move(entry.key), entry.value, entry.revision);
    if (!object || !selection.matches(*object, core.options().field_names)) continue;
    page.items.push_back(std::move(object));
    if (query.limit == 0 || page.items.size() < query.limit) continue;
    page.more = left > 0 || read.more;
    bool all = selection.labels.empty() && selection.fields.empty();
    if (page.more && all) page.remaining = left + read.remaining;
    return true;
  }
  return false;
}

}  // namespace

Task<Result<ListPage>> list_stored(std::shared_ptr<Core> core, ListQuery query) {
  ListPage page;
  page.revision = query.freshness.revision;
  storage::ListOptions options{.start = {}, .limit = std::max(query.limit, kFirstPage), .at = page.revision};
  if (!query.start_after.empty()) options.start = query.start_after + '\0';
  while (true) {
    auto read = co_await core->store().list(query.selection.prefix, options);
    if (!read) co_return std::unexpected(for_client(std::move(read).error(), page.revision, *core));
    if (read->more && !read->entries.empty()) options.start = read->entries.back().key + '\0';
    bool last = !read->more || read->entries.empty();
    if (take(*core, query, *read, page) || last) co_return page;
    options.limit = std::min(options.limit * 2, kLargestPage);
  }
}

}  // namespace pedalion::watchcache
