#include "pedalion/storage/committer.h"

#include <pthread.h>

#include <algorithm>
#include <limits>

#include "pedalion/base/log.h"
#include "pedalion/storage/errors.h"
#include "pedalion/storage/resumptions.h"

namespace pedalion::storage {
namespace {

constexpr std::size_t kGroupWrites = 1024;  // writes that share one flush
constexpr std::size_t kExpiredPerGroup = 1024;

std::uint32_t now_seconds() {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(now).count());
}

/// When a key that is written now expires; never early, at most a second late.
std::uint32_t expiry(std::optional<std::chrono::seconds> ttl) {
  if (!ttl) return 0;
  constexpr std::int64_t kLast = std::numeric_limits<std::uint32_t>::max();
  std::int64_t seconds = std::clamp<std::int64_t>(ttl->count(), 1, kLast);
  return static_cast<std::uint32_t>(std::min(now_seconds() + seconds + 1, kLast));
}

}  // namespace

Committer::Committer(RecordLog& log, StoreState& state, WatchHub& hub, ReaderPool& pool,
                     const StoreOptions& options)
    : log_(log),
      state_(state),
      hub_(hub),
      pool_(pool),
      options_(options),
      queue_({.writes = options.queued_writes_limit, .bytes = options.queued_bytes_limit}),
      next_compaction_(Clock::now() + options.compaction_interval),
      revision_at_last_compaction_(state.revision) {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "committer");
    run();
  });
}

Committer::~Committer() {
  queue_.close();
  thread_.join();
}

Task<Result<Revision>> Committer::write(PendingWrite::Kind kind, std::string key, Bytes value,
                                        Revision expected, std::optional<std::chrono::seconds> ttl) {
  if (kind != PendingWrite::Kind::kCompact) {
    if (key.empty()) co_return std::unexpected(bad_key("it is empty"));
    if (key.size() > options_.key_limit) co_return std::unexpected(bad_key("it is too long"));
    if (key.size() + value.size() > options_.request_limit) co_return std::unexpected(request_too_large());
  }
  PendingWrite write{
      .kind = kind, .key = std::move(key), .value = std::move(value), .expected = expected, .ttl = ttl};
  switch (queue_.put(write)) {
    case WriteQueue::Admission::kTaken:
      break;
    case WriteQueue::Admission::kFull:
      co_return std::unexpected(too_busy("writes are waiting"));
    case WriteQueue::Admission::kClosed:
      co_return std::unexpected(storage_failed("it is closing"));
  }
  co_return co_await write.completion;
}

Result<void> Committer::healthy() const {
  std::lock_guard lock(failure_mutex_);
  if (failure_) return std::unexpected(*failure_);
  return {};
}

void Committer::run() {
  std::vector<PendingWrite*> writes;
  while (queue_.take(writes, next_deadline())) {
    std::span<PendingWrite* const> rest = writes;
    do {
      auto group = rest.first(std::min(rest.size(), kGroupWrites));
      rest = rest.subspan(group.size());
      commit(group);
    } while (!rest.empty());
    compact_periodically();
  }
}

Committer::Clock::time_point Committer::next_deadline() const {
  auto deadline =
      options_.compaction_interval.count() > 0 ? next_compaction_ : Clock::now() + std::chrono::hours(1);
  std::uint32_t expires = state_.index.next_expiry();
  if (expires == 0 || !healthy()) return deadline;
  // Looks at the wall clock again each minute at least, in case it was set.
  std::int64_t wait = std::clamp<std::int64_t>(static_cast<std::int64_t>(expires) - now_seconds(), 0, 60);
  return std::min(deadline, Clock::now() + std::chrono::seconds(std::max<std::int64_t>(wait, 1)));
}

void Committer::commit(std::span<PendingWrite* const> writes) {
  if (auto health = healthy(); !health) {
    for (PendingWrite* write : writes) write->outcome = std::unexpected(health.error());
    return settle(writes);
  }
  stage_expired();
  for (PendingWrite* write : writes) write->outcome = check(*write);
  auto appended = records_.empty() ? Result<void>() : append();
  for (PendingWrite* write : writes) {
    if (!write->outcome) continue;
    if (!appended) {
      write->outcome = std::unexpected(appended.error());
    } else if (write->kind == PendingWrite::Kind::kCompact) {
      write->outcome = compact(write->expected);
    }
  }
  settle(writes);
}

Result<Revision> Committer::check(PendingWrite& write) {
  using Kind = PendingWrite::Kind;
  if (write.kind == Kind::kCompact) return 0;  // comes after the group's writes
  Revision actual = state_.index.staged(write.key);
  if (write.kind == Kind::kCreate) {
    if (actual != 0) return std::unexpected(key_exists(write.key, actual));
  } else {
    if (actual == 0) return std::unexpected(key_not_found(write.key));
    if (actual != write.expected) return std::unexpected(key_changed(write.key, write.expected, actual));
  }
  auto type = write.kind == Kind::kRemove ? Event::Type::kDelete : Event::Type::kPut;
  stage(type, std::move(write.key), std::move(write.value), actual, expiry(write.ttl));
  return records_.back().revision;
}

void Committer::stage(Event::Type type, std::string key, Bytes value, Revision previous,
                      std::uint32_t expires) {
  Revision revision = state_.revision.load(std::memory_order_relaxed) + records_.size() + 1;
  if (type == Event::Type::kPut) {
    state_.index.stage_put(key, revision, expires);
  } else {
    state_.index.stage_delete(key);
  }
  records_.push_back({.revision = revision,
                      .previous_revision = previous,
                      .expires = expires,
                      .type = type,
                      .key = std::move(key),
                      .value = std::move(value)});
}

void Committer::stage_expired() {
  std::uint32_t now = now_seconds(), next = state_.index.next_expiry();
  if (next == 0 || next > now) return;
  std::vector<std::pair<std::string, Revision>> due;
  state_.index.due(now, kExpiredPerGroup,
                   [&](std::string_view key, Revision revision) { due.emplace_back(key, revision); });
  for (auto& [key, revision] : due) stage(Event::Type::kDelete, std::move(key), {}, revision, 0);
}

Result<void> Committer::append() {
  auto appended = log_.append(records_);
  if (!appended) {
    state_.index.drop();
    records_.clear();
    Status failure = storage_failed("read-only since a write failed: " + appended.error().message);
    log::error("storage is read-only until restart", {{"cause", appended.error().message}});
    std::lock_guard lock(failure_mutex_);
    failure_ = failure;
    return std::unexpected(std::move(failure));
  }
  {
    std::lock_guard lock(state_.mutex);
    state_.index.apply();
    state_.revision.store(records_.back().revision, std::memory_order_release);
  }
  publish();
  return {};
}

void Committer::publish() {
  std::vector<Event> events;
  events.reserve(records_.size());
  for (Record& record : records_) {
    events.push_back({.type = record.type,
                      .key = std::move(record.key),
                      .value = std::move(record.value),
                      .previous_value = {},
                      .revision = record.revision,
                      .previous_revision = record.previous_revision});
  }
  records_.clear();
  Revision upto = events.back().revision;
  hub_.publish(std::move(events), upto, [this](const Event& event) {
    auto record = log_.find(event.previous_revision, RecordLog::Wait::kForDisk);
    return record && *record ? std::move((*record)->value) : Bytes();
  });
}

void Committer::settle(std::span<PendingWrite* const> writes) {
  Resumptions resumptions;
  for (PendingWrite* write : writes) {
    resumptions.add(write->completion.settle(std::move(write->outcome)));
  }
  resumptions.flush(&Resumptions::resume);
}

Result<Revision> Committer::compact(Revision revision) {
  Revision current = state_.revision;
  if (revision > current) return std::unexpected(revision_in_future(revision, current));
  if (revision <= state_.compacted) return current;
  TRY_OK(log_.set_compacted(revision));
  {
    std::lock_guard lock(state_.mutex);
    state_.compacted = revision;
  }
  sweep_in_background();
  return current;
}

void Committer::compact_periodically() {
  if (options_.compaction_interval.count() == 0 || Clock::now() < next_compaction_) return;
  next_compaction_ = Clock::now() + options_.compaction_interval;
  Revision revision = std::exchange(revision_at_last_compaction_, state_.revision.load());
  if (!healthy() || revision <= state_.compacted) return;
  if (auto compacted = compact(revision); !compacted) {
    log::warning("storage cannot be compacted", {{"cause", compacted.error().message}});
  }
}

void Committer::sweep_in_background() {
  if (sweeps_wanted_.fetch_add(1) > 0) return;  // the running one will see it
  bool taken = pool_.submit([this] {
    int wanted = sweeps_wanted_;
    do {
      if (auto swept = log_.sweep([this] { return pool_.stopping(); }); !swept) {
        log::warning("storage cannot be compacted", {{"cause", swept.error().message}});
      }
    } while (!sweeps_wanted_.compare_exchange_strong(wanted, 0));
  });
  if (!taken) sweeps_wanted_ = 0;
}

}  // namespace pedalion::storage
