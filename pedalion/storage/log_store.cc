#include "pedalion/storage/log_store.h"

#include "pedalion/storage/catch_up.h"
#include "pedalion/storage/committer.h"
#include "pedalion/storage/errors.h"
#include "pedalion/storage/list_reader.h"

namespace pedalion::storage {
namespace {

using Wait = RecordLog::Wait;

/// No value: the disk would have to be waited for.
Result<std::optional<Entry>> find_entry(const RecordLog& log, const StoreState& state, const std::string& key,
                                        Wait wait) {
  while (true) {
    KeyIndex::Found found;
    {
      std::shared_lock lock(state.mutex);
      found = state.index.find(key);
    }
    if (found.revision == 0) return std::unexpected(key_not_found(key));
    TRY(auto record, log.find(found.revision, wait));
    if (!record) return std::nullopt;
    // Gone: overwritten since the look at the index, and that revision compacted too.
    if (record->revision == 0) continue;
    return Entry{.key = key, .value = std::move(record->value), .revision = found.revision};
  }
}

class RunningWatch final : public Watch {
 public:
  RunningWatch(std::shared_ptr<WatchHub> hub, std::shared_ptr<Watcher> watcher,
               std::atomic<std::size_t>& count)
      : hub_(std::move(hub)), watcher_(std::move(watcher)), count_(count) {}
  ~RunningWatch() override {
    hub_->detach(watcher_);
    --count_;
  }

 private:
  std::shared_ptr<WatchHub> hub_;
  std::shared_ptr<Watcher> watcher_;
  std::atomic<std::size_t>& count_;
};

}  // namespace

/// In the order that their dependence asks for: the pool's jobs use all others, so it stops first.
struct LogStore::Parts {
  StoreOptions options;
  std::unique_ptr<RecordLog> log;
  StoreState state;
  std::shared_ptr<WatchHub> hub;
  std::atomic<std::size_t> watches{0};
  ReaderPool pool;
  std::unique_ptr<Committer> committer;

  Parts(std::unique_ptr<RecordLog> log, const StoreOptions& options)
      : options(options), log(std::move(log)), pool(options.reader_threads, options.queued_reads_limit) {}
  ~Parts() {
    pool.stop();
    committer.reset();
  }

  /// Runs `read` on a thread that may wait.
  template <class T>
  Task<Result<T>> off_loop(std::move_only_function<Result<T>()> read) {
    Completion<Result<T>> done;
    if (!pool.submit([&] { done.complete(read()); }))
      co_return std::unexpected(too_busy("reads are waiting"));
    co_return co_await done;
  }
};

LogStore::LogStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
LogStore::LogStore(LogStore&& engine) noexcept : Store(), parts_(std::move(engine.parts_)) {}
LogStore::~LogStore() = default;

Result<std::unique_ptr<LogStore>> LogStore::open(std::unique_ptr<RecordLog> log, StoreOptions options) {
  auto parts = std::make_unique<Parts>(std::move(log), options);
  RecordLog::Head head = parts->log->head();
  parts->state.revision = head.last;
  parts->state.compacted = head.compacted;
  std::optional<Status> broken;
  TRY_OK(parts->log->load([&](std::string_view key, Revision revision, std::uint32_t expires) {
    if (revision == 0 || revision > head.last)
      broken = storage_failed("the index is ahead of the log; restore a backup");
    parts->state.index.load(key, {revision, expires});
  }));
  if (broken) return std::unexpected(*std::move(broken));
  parts->hub = std::make_shared<WatchHub>(head.last);
  parts->committer =
      std::make_unique<Committer>(*parts->log, parts->state, *parts->hub, parts->pool, parts->options);
  return std::unique_ptr<LogStore>(new LogStore(std::move(parts)));
}

Task<Result<Entry>> LogStore::get(std::string key) {
  const Parts& parts = *parts_;
  CO_TRY(auto entry, find_entry(*parts.log, parts.state, key, Wait::kNever));
  if (entry) co_return *std::move(entry);
  std::move_only_function<Result<Entry>()> read = [&]() -> Result<Entry> {
    TRY(auto waited_for, find_entry(*parts.log, parts.state, key, Wait::kForDisk));
    return *std::move(waited_for);
  };
  co_return co_await parts_->off_loop<Entry>(std::move(read));
}

Task<Result<ListResult>> LogStore::list(std::string prefix, ListOptions options) {
  std::move_only_function<Result<ListResult>()> read = [&] {
    return read_list(*parts_->log, parts_->state, prefix, options);
  };
  co_return co_await parts_->off_loop<ListResult>(std::move(read));
}

Task<Result<Revision>> LogStore::create(std::string key, Bytes value,
                                        std::optional<std::chrono::seconds> ttl) {
  return parts_->committer->write(PendingWrite::Kind::kCreate, std::move(key), std::move(value), 0, ttl);
}

Task<Result<Revision>> LogStore::update(std::string key, Bytes value, Revision expected,
                                        std::optional<std::chrono::seconds> ttl) {
  return parts_->committer->write(PendingWrite::Kind::kUpdate, std::move(key), std::move(value), expected,
                                  ttl);
}

Task<Result<Revision>> LogStore::remove(std::string key, Revision expected) {
  return parts_->committer->write(PendingWrite::Kind::kRemove, std::move(key), {}, expected, std::nullopt);
}

Result<std::unique_ptr<Watch>> LogStore::watch(std::string prefix, Revision after, WatchSink& sink) {
  if (parts_->watches >= parts_->options.watch_limit) return std::unexpected(too_busy("watches"));
  auto watcher = std::make_shared<Watcher>(std::move(prefix), after, sink);
  if (!parts_->hub->attach_if_current(watcher)) {
    bool taken = parts_->pool.submit([parts = parts_.get(), watcher] {
      catch_up(*parts->log, parts->state, *parts->hub, parts->pool, watcher);
    });
    if (!taken) return std::unexpected(too_busy("reads are waiting"));
  }
  ++parts_->watches;
  return std::make_unique<RunningWatch>(parts_->hub, std::move(watcher), parts_->watches);
}

Task<Result<void>> LogStore::compact(Revision revision) {
  CO_TRY_OK(co_await parts_->committer->write(PendingWrite::Kind::kCompact, {}, {}, revision, std::nullopt));
  co_return Result<void>();
}

Task<Result<Revision>> LogStore::current_revision(std::string) {
  co_return parts_->state.revision.load(std::memory_order_acquire);
}

Result<void> LogStore::healthy() const { return parts_->committer->healthy(); }

std::size_t LogStore::size() const {
  std::shared_lock lock(parts_->state.mutex);
  return parts_->state.index.size();
}

}  // namespace pedalion::storage
