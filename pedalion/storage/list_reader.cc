#include "pedalion/storage/list_reader.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "pedalion/storage/errors.h"

namespace pedalion::storage {
namespace {

/// The keys of a list and the log as it was when they were collected.
struct Selection {
  std::vector<Entry> entries;  // without values
  std::uint64_t total = 0;     // with those beyond the limit
  Revision revision = 0;
  std::unique_ptr<LogView> view;
};

/// Of the index as it is, at most `limit` (0: all) entries.
Result<Selection> select(const RecordLog& log, const StoreState& state, const std::string& prefix,
                         const ListOptions& options, std::size_t limit) {
  Selection selection;
  std::shared_lock lock(state.mutex);
  selection.revision = state.revision;
  if (options.at > selection.revision)
    return std::unexpected(revision_in_future(options.at, selection.revision));
  if (options.at != 0 && options.at < state.compacted) {
    return std::unexpected(revision_compacted(options.at, state.compacted));
  }
  state.index.walk(std::max(prefix, options.start), [&](std::string_view key, Revision revision) {
    if (!key.starts_with(prefix)) return false;
    ++selection.total;
    if (limit == 0 || selection.entries.size() < limit) {
      selection.entries.push_back({.key = std::string(key), .value = {}, .revision = revision});
    }
    return true;
  });
  selection.view = log.view();
  return selection;
}

/// Takes the selection of all keys back to revision `at`: the first change after `at` to a key tells what it
/// was.
Result<void> rewind(Selection& selection, const std::string& prefix, const ListOptions& options) {
  std::map<std::string, Revision> before;
  TRY_OK(selection.view->scan(options.at, selection.revision, [&](Record record) {
    if (record.key.starts_with(prefix) && record.key >= options.start) {
      before.try_emplace(std::move(record.key), record.previous_revision);
    }
    return Visit::kContinue;
  }));
  std::vector<Entry> entries;
  entries.reserve(selection.entries.size() + before.size());
  auto put = [&](std::string key, Revision revision) {
    if (revision != 0) entries.push_back({.key = std::move(key), .value = {}, .revision = revision});
  };
  auto changed = before.begin();
  for (Entry& entry : selection.entries) {
    for (; changed != before.end() && changed->first < entry.key; ++changed)
      put(changed->first, changed->second);
    if (changed != before.end() && changed->first == entry.key) {
      put(std::move(entry.key), changed->second);
      ++changed;
    } else {
      entries.push_back(std::move(entry));
    }
  }
  for (; changed != before.end(); ++changed) put(changed->first, changed->second);
  selection.entries = std::move(entries);
  selection.total = selection.entries.size();
  return {};
}

Result<void> fill_values(Selection& selection) {
  auto& entries = selection.entries;
  std::vector<std::size_t> order(entries.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, {}, [&](std::size_t index) { return entries[index].revision; });
  std::vector<Revision> revisions;
  revisions.reserve(order.size());
  for (std::size_t index : order) revisions.push_back(entries[index].revision);
  std::size_t filled = 0;
  TRY_OK(selection.view->read(revisions, [&](Record record) {
    if (filled < order.size() && entries[order[filled]].revision == record.revision) {
      entries[order[filled]].value = std::move(record.value);
    }
    ++filled;
  }));
  if (filled != entries.size())
    return std::unexpected(storage_failed("the log lacks records that the index names"));
  return {};
}

}  // namespace

Result<ListResult> read_list(const RecordLog& log, const StoreState& state, const std::string& prefix,
                             const ListOptions& options) {
  bool old = options.at != 0 && options.at < state.revision;
  TRY(Selection selection, select(log, state, prefix, options, old ? 0 : options.limit));
  if (old) {
    TRY_OK(rewind(selection, prefix, options));
  } else if (options.at != 0 && options.at < selection.revision) {
    // A write came between the look at the revision and the selection.
    return read_list(log, state, prefix, options);
  }
  if (options.limit != 0 && selection.entries.size() > options.limit) selection.entries.resize(options.limit);
  TRY_OK(fill_values(selection));
  ListResult result;
  result.remaining = selection.total - selection.entries.size();
  result.more = result.remaining > 0;
  result.revision = selection.revision;
  result.entries = std::move(selection.entries);
  return result;
}

}  // namespace pedalion::storage
