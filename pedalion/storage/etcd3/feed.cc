#include "pedalion/storage/etcd3/feed.h"

#include <vector>

#include "pedalion/base/log.h"
#include "pedalion/storage/errors.h"

namespace pedalion::storage::etcd3 {
namespace {

constexpr std::chrono::milliseconds kFirstPause(100), kLongestPause(2000);
constexpr int kReadingAttempts = 5;

}  // namespace

/// A stream that ends with the feed.
class Feed::Stream {
 public:
  Stream(Feed& feed, Revision after) : feed_(feed), stream_(feed.connection_, after) {
    std::lock_guard lock(feed_.mutex_);
    feed_.streams_.insert(&stream_);
    if (feed_.stopping_) stream_.cancel();
  }
  ~Stream() {
    std::lock_guard lock(feed_.mutex_);
    feed_.streams_.erase(&stream_);
  }
  WatchStream* operator->() { return &stream_; }

 private:
  Feed& feed_;
  WatchStream stream_;
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
    for (WatchStream* stream : streams_) stream->cancel();
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
    Status failure;
    {
      Stream stream(*this, position);
      if (auto kept = require_kept(position); !kept) {
        failure = std::move(kept).error();
      } else {
        failure = stream->follow([&](Batch batch) {
          wait = kFirstPause;
          position = batch.upto;
          hub_.publish(std::move(batch.events), position, [](const Event&) { return Bytes(); });
        });
      }
    }
    if (stopping()) return;
    log::warning("the watch of etcd has ended and is taken up again",
                 {{"revision", position}, {"cause", failure.message}});
    if (failure.code == 410) {
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
    TRY(Batch batch, stream->next());
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
