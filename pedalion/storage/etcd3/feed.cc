#include "pedalion/storage/etcd3/feed.h"

#include <optional>
#include <vector>

#include "pedalion/base/log.h"
#include "pedalion/storage/errors.h"
#include "pedalion/storage/etcd3/error_words.h"

namespace pedalion::storage::etcd3 {
namespace {

constexpr std::chrono::milliseconds kFirstPause(100), kLongestPause(2000);
constexpr int kReadingAttempts = 5;

struct Batch {
  std::vector<Event> events;
  Revision upto = 0;
};

Event to_event(pb::Event& wire) {
  Event event;
  pb::KeyValue& now = *wire.mutable_kv();
  event.key = std::move(*now.mutable_key());
  event.revision = static_cast<Revision>(now.mod_revision());
  event.previous_revision = static_cast<Revision>(wire.prev_kv().mod_revision());
  if (wire.has_prev_kv()) event.previous_value = Bytes(std::move(*wire.mutable_prev_kv()->mutable_value()));
  if (wire.type() == pb::Event::DELETE) {
    event.type = Event::Type::kDelete;
  } else {
    event.value = Bytes(std::move(*now.mutable_value()));
  }
  return event;
}

}  // namespace

/// One stream of etcd's, from a revision on. cancel() is for other threads.
class Feed::Stream {
 public:
  Stream(Feed& feed, Revision after) : feed_(feed) {
    context_.AddMetadata("hasleader", "true");  // a member cut off from the others ends it
    std::lock_guard lock(feed_.mutex_);
    feed_.streams_.insert(this);
    if (feed_.stopping_) context_.TryCancel();
    stream_ = feed_.connection_.watch_stub().Watch(&context_);
    pb::WatchRequest request;
    pb::WatchCreateRequest& create = *request.mutable_create_request();
    create.set_key(std::string(1, '\0'));
    create.set_range_end(std::string(1, '\0'));  // all keys
    create.set_start_revision(static_cast<std::int64_t>(after + 1));
    create.set_prev_kv(true);
    create.set_fragment(true);
    stream_->Write(request);
  }
  ~Stream() {
    context_.TryCancel();
    if (!finished_) finish();
    std::lock_guard lock(feed_.mutex_);
    feed_.streams_.erase(this);
  }

  void cancel() { context_.TryCancel(); }

  /// Waits for the next events, whole revisions.
  Result<Batch> next() {
    Batch batch;
    pb::WatchResponse response;
    while (stream_->Read(&response)) {
      if (response.compact_revision() > 0) {
        return std::unexpected(revision_compacted(static_cast<Revision>(response.header().revision()),
                                                  static_cast<Revision>(response.compact_revision())));
      }
      if (response.canceled())
        return std::unexpected(storage_failed("etcd ended a watch: " + response.cancel_reason()));
      for (pb::Event& event : *response.mutable_events()) batch.events.push_back(to_event(event));
      if (response.fragment() || batch.events.empty()) continue;
      batch.upto = batch.events.back().revision;
      return batch;
    }
    return std::unexpected(to_status(finish()));
  }

 private:
  grpc::Status finish() {
    pb::WatchResponse rest;
    while (stream_->Read(&rest)) {
    }
    finished_ = true;
    return stream_->Finish();
  }

  Feed& feed_;
  bool finished_ = false;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<pb::WatchRequest, pb::WatchResponse>> stream_;
};

class Feed::RunningWatch final : public Watch {
 public:
  RunningWatch(Feed& feed, std::shared_ptr<Watcher> watcher) : feed_(feed), watcher_(std::move(watcher)) {}
  ~RunningWatch() override {
    feed_.hub_.detach(watcher_);
    std::lock_guard lock(feed_.mutex_);
    feed_.watchers_.erase(watcher_);
  }

 private:
  Feed& feed_;
  const std::shared_ptr<Watcher> watcher_;
};

Feed::Feed(Connection& connection, Revision from)
    : connection_(connection), hub_(from), thread_([this, from] { run(from); }) {}

Feed::~Feed() {
  {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    for (Stream* stream : streams_) stream->cancel();
    changed_.notify_all();
    changed_.wait(lock, [this] { return readers_ == 0; });
  }
  thread_.join();
}

std::size_t Feed::watches() const {
  std::lock_guard lock(mutex_);
  return watchers_.size();
}

std::unique_ptr<Watch> Feed::watch(std::string prefix, Revision after, WatchSink& sink) {
  auto watcher = std::make_shared<Watcher>(std::move(prefix), after, sink);
  auto running = std::make_unique<RunningWatch>(*this, watcher);
  {
    std::lock_guard lock(mutex_);
    watchers_.insert(watcher);
  }
  if (hub_.attach_if_current(watcher)) return running;
  {
    std::lock_guard lock(mutex_);
    ++readers_;
  }
  // Few watches begin in the past, and none of them stays there for long: a thread each will do.
  std::thread([this, watcher] { catch_up(watcher); }).detach();
  return running;
}

bool Feed::stopping() {
  std::lock_guard lock(mutex_);
  return stopping_;
}

bool Feed::pause(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, time, [this] { return stopping_; });
}

void Feed::run(Revision from) {
  Revision position = from;
  std::chrono::milliseconds wait = kFirstPause;
  while (!stopping()) {
    std::optional<Status> failure;
    {
      Stream stream(*this, position);
      if (auto kept = require_kept(position); !kept) failure = std::move(kept).error();
      while (!failure) {
        auto batch = stream.next();
        if (!batch) {
          failure = std::move(batch).error();
          break;
        }
        wait = kFirstPause;
        position = batch->upto;
        hub_.publish(std::move(batch->events), position, [](const Event&) { return Bytes(); });
      }
    }
    if (stopping()) return;
    log::warning("the watch of etcd has ended and is taken up again",
                 {{"revision", position}, {"cause", failure->message}});
    if (failure->code == 410) {
      position = restart_after_compaction();
    } else {
      connection_.avoid_present_member();
      if (!pause(wait)) return;
      wait = std::min(2 * wait, kLongestPause);
    }
  }
}

Revision Feed::restart_after_compaction() {
  std::set<std::shared_ptr<Watcher>> missed;
  {
    std::lock_guard lock(mutex_);
    missed = watchers_;
  }
  for (const auto& watcher : missed) {
    watcher->fail({410, "Expired", "what happened since this watch was broken off has been compacted"});
  }
  pb::RangeRequest request;
  request.set_key("/");
  request.set_keys_only(true);
  request.set_limit(1);
  while (true) {
    auto present = sync_wait(connection_.range(request));
    if (present) {
      auto revision = static_cast<Revision>(present->header().revision());
      hub_.publish({}, revision, [](const Event&) { return Bytes(); });
      return revision;
    }
    if (!pause(kLongestPause)) return 0;
  }
}

Result<void> Feed::require_kept(Revision after) {
  if (after == 0) return {};
  pb::RangeRequest request;
  request.set_key("/registry/health");
  request.set_revision(static_cast<std::int64_t>(after));
  TRY_OK(sync_wait(connection_.range(std::move(request))));
  return {};
}

Result<void> Feed::read_up(const std::shared_ptr<Watcher>& watcher) {
  Stream stream(*this, watcher->position());
  TRY_OK(require_kept(watcher->position()));
  while (!watcher->closed() && !hub_.attach_if_current(watcher)) {
    TRY(Batch batch, stream.next());
    std::erase_if(batch.events,
                  [&](const Event& event) { return !event.key.starts_with(watcher->prefix()); });
    watcher->deliver(std::move(batch.events), batch.upto);
  }
  return {};
}

void Feed::catch_up(const std::shared_ptr<Watcher>& watcher) {
  for (int attempt = 1;; ++attempt) {
    auto outcome = read_up(watcher);
    if (outcome) break;
    if (outcome.error().code == 410 || attempt == kReadingAttempts || !pause(attempt * kFirstPause)) {
      watcher->fail(std::move(outcome).error());
      break;
    }
    connection_.avoid_present_member();
  }
  std::lock_guard lock(mutex_);
  --readers_;
  changed_.notify_all();
}

}  // namespace pedalion::storage::etcd3
