#include "pedalion/storage/catch_up.h"

#include "pedalion/storage/errors.h"

namespace pedalion::storage {
namespace {

constexpr std::size_t kEventsPerCall = 512;
constexpr std::size_t kBytesPerCall = 4 << 20;

struct Slice {
  std::vector<Event> events;
  Revision upto = 0;
};

Result<void> add_previous_values(const LogView& view, std::vector<Event>& events) {
  for (Event& event : events) {
    if (event.previous_revision == 0) continue;
    TRY_OK(view.read(std::span(&event.previous_revision, 1),
                     [&](Record record) { event.previous_value = std::move(record.value); }));
  }
  return {};
}

/// The watcher's events after `after`; as many as fit in one call.
Result<Slice> read_slice(const LogView& view, const Watcher& watcher, Revision after, Revision upto) {
  Slice slice{.upto = upto};
  std::size_t bytes = 0;
  TRY_OK(view.scan(after, upto, [&](Record record) {
    if (watcher.closed()) return Visit::kStop;
    if (!record.key.starts_with(watcher.prefix())) return Visit::kContinue;
    bytes += record.value.size();
    slice.events.push_back({.type = record.type,
                            .key = std::move(record.key),
                            .value = std::move(record.value),
                            .previous_value = {},
                            .revision = record.revision,
                            .previous_revision = record.previous_revision});
    if (slice.events.size() < kEventsPerCall && bytes < kBytesPerCall) return Visit::kContinue;
    slice.upto = record.revision;
    return Visit::kStop;
  }));
  if (watcher.wants_previous_values()) TRY_OK(add_previous_values(view, slice.events));
  return slice;
}

}  // namespace

void catch_up(const RecordLog& log, const StoreState& state, WatchHub& hub, const ReaderPool& pool,
              const std::shared_ptr<Watcher>& watcher) {
  while (!watcher->closed() && !pool.stopping() && !hub.attach_if_current(watcher)) {
    Revision position = watcher->position(), upto = hub.revision();
    auto view = log.view();
    // The view is older than this look, so what is not compacted by now is all in it.
    if (Revision compacted = state.compacted; position < compacted) {
      return watcher->fail(revision_compacted(position, compacted));
    }
    auto slice = read_slice(*view, *watcher, position, upto);
    if (!slice) return watcher->fail(std::move(slice).error());
    watcher->deliver(std::move(slice->events), slice->upto);
  }
}

}  // namespace pedalion::storage
