#include "pedalion/storage/etcd3/watch_stream.h"

#include <utility>

#include "pedalion/storage/errors.h"
#include "pedalion/storage/etcd3/error_words.h"

namespace pedalion::storage::etcd3 {
namespace {

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

pb::WatchRequest all_after(Revision after) {
  pb::WatchRequest request;
  pb::WatchCreateRequest& create = *request.mutable_create_request();
  create.set_key(std::string(1, '\0'));
  create.set_range_end(std::string(1, '\0'));  // all keys
  create.set_start_revision(static_cast<std::int64_t>(after + 1));
  create.set_prev_kv(true);
  create.set_fragment(true);
  return request;
}

}  // namespace

WatchStream::WatchStream(Connection& connection, Revision after) : request_(all_after(after)) {
  context_.AddMetadata("hasleader", "true");  // a member cut off from the others ends it
  stream_ = connection.watch_stub().PrepareAsyncWatch(&context_, &connection.poller().queue());
  std::lock_guard lock(mutex_);
  stream_->StartCall(tag());
}

WatchStream::~WatchStream() {
  context_.TryCancel();
  std::unique_lock lock(mutex_);
  leaving_ = true;
  if (at_ == At::kResting) end_locked();
  changed_.wait(lock, [this] { return at_ == At::kEnded; });
}

Result<Batch> WatchStream::next() {
  std::unique_lock lock(mutex_);
  wanted_ = true;
  if (at_ == At::kResting) read_locked();
  changed_.wait(lock, [this] { return batch_ || at_ == At::kEnded; });
  if (!batch_) return std::unexpected(why_ended());
  return *std::exchange(batch_, std::nullopt);
}

Status WatchStream::follow(std::function<void(Batch)> receive) {
  std::unique_lock lock(mutex_);
  receive_ = std::move(receive);
  wanted_ = true;
  if (at_ == At::kResting) read_locked();
  changed_.wait(lock, [this] { return at_ == At::kEnded; });
  return why_ended();
}

Status WatchStream::why_ended() const { return failure_ ? *failure_ : to_status(status_); }

void WatchStream::read_locked() {
  at_ = At::kReading;
  stream_->Read(&response_, tag());
}

void WatchStream::end_locked() {
  at_ = At::kEnding;
  stream_->Finish(&status_, tag());
}

Resumption WatchStream::ended(bool ok) {
  std::unique_lock lock(mutex_);
  if (at_ == At::kEnding) {
    at_ = At::kEnded;
    changed_.notify_all();  // with the lock held: whoever it wakes destroys this
  } else if (!ok) {
    end_locked();
  } else if (at_ == At::kOpening) {
    at_ = At::kAsking;
    stream_->Write(request_, tag());
  } else if (at_ == At::kReading) {
    auto whole = absorb();
    if (!whole) {
      failure_ = std::move(whole).error();
      context_.TryCancel();
      end_locked();
    } else if (*whole) {
      hand_out(lock);
    } else {
      read_locked();
    }
  } else {
    hand_out(lock);
  }
  return {};
}

void WatchStream::hand_out(std::unique_lock<std::mutex>& lock) {
  if (at_ == At::kReading) {
    Batch batch = std::exchange(coming_, Batch());
    wanted_ = receive_ != nullptr;
    if (wanted_) {
      // receive_ does not change any more. The lock is not for the time that others take.
      lock.unlock();
      receive_(std::move(batch));
      lock.lock();
    } else {
      batch_ = std::move(batch);
      changed_.notify_all();
    }
  }
  if (leaving_) return end_locked();
  if (wanted_) return read_locked();
  at_ = At::kResting;
}

Result<bool> WatchStream::absorb() {
  if (response_.compact_revision() > 0) {
    return std::unexpected(revision_compacted(static_cast<Revision>(response_.header().revision()),
                                              static_cast<Revision>(response_.compact_revision())));
  }
  if (response_.canceled())
    return std::unexpected(storage_failed("etcd ended a watch: " + response_.cancel_reason()));
  for (pb::Event& event : *response_.mutable_events()) coming_.events.push_back(to_event(event));
  if (response_.fragment() || coming_.events.empty()) return false;
  coming_.upto = coming_.events.back().revision;
  return true;
}

}  // namespace pedalion::storage::etcd3
