#pragma once
// For tests: a store that fails when it is told to, around one that does not.
#include <atomic>
#include <list>
#include <mutex>
#include <optional>

#include "pedalion/storage/store.h"

namespace pedalion::watchcache {

class FaultyStore final : public storage::Store {
 public:
  using Revision = storage::Revision;
  explicit FaultyStore(storage::Store& store) : store_(store) {}

  /// How many lists have been asked for.
  int lists() const { return lists_; }
  void fail_lists(std::optional<Status> failure) {
    std::lock_guard lock(mutex_);
    list_failure_ = std::move(failure);
  }
  /// What is running hears of no more events.
  void hold_events() {
    std::lock_guard lock(mutex_);
    for (Relay* relay : relays_) relay->held = true;
  }
  bool watched() {
    std::lock_guard lock(mutex_);
    return !relays_.empty();
  }
  void break_watches(const Status& status) {
    std::list<Relay*> relays;
    {
      std::lock_guard lock(mutex_);
      relays = relays_;
    }
    for (Relay* relay : relays) relay->fail(status);
  }

  Task<Result<storage::Entry>> get(std::string key) override { return store_.get(std::move(key)); }
  Task<Result<storage::ListResult>> list(std::string prefix, storage::ListOptions options) override {
    ++lists_;
    std::optional<Status> failure;
    {
      std::lock_guard lock(mutex_);
      failure = list_failure_;
    }
    if (failure) co_return std::unexpected(*std::move(failure));
    co_return co_await store_.list(std::move(prefix), std::move(options));
  }
  Task<Result<Revision>> create(std::string key, Bytes value,
                                std::optional<std::chrono::seconds> ttl) override {
    return store_.create(std::move(key), std::move(value), ttl);
  }
  Task<Result<Revision>> update(std::string key, Bytes value, Revision expected,
                                std::optional<std::chrono::seconds> ttl) override {
    return store_.update(std::move(key), std::move(value), expected, ttl);
  }
  Task<Result<Revision>> remove(std::string key, Revision expected) override {
    return store_.remove(std::move(key), expected);
  }
  Result<std::unique_ptr<storage::Watch>> watch(std::string prefix, Revision after,
                                                storage::WatchSink& sink) override {
    auto relay = std::make_unique<Relay>(*this, sink);
    TRY(relay->watch, store_.watch(std::move(prefix), after, *relay));
    return relay;
  }
  Task<Result<void>> compact(Revision revision) override { return store_.compact(revision); }
  Task<Result<Revision>> current_revision(std::string prefix) override {
    return store_.current_revision(std::move(prefix));
  }

 private:
  struct Relay final : storage::Watch, storage::WatchSink {
    Relay(FaultyStore& store, storage::WatchSink& sink) : store(store), sink(sink) {
      std::lock_guard lock(store.mutex_);
      store.relays_.push_back(this);
    }
    ~Relay() override {
      std::lock_guard lock(store.mutex_);
      store.relays_.remove(this);
    }
    void on_events(std::vector<storage::Event> events) override {
      if (!held) sink.on_events(std::move(events));
    }
    void on_progress(Revision revision) override {
      if (!held) sink.on_progress(revision);
    }
    void on_error(Status status) override { sink.on_error(std::move(status)); }
    bool wants_previous_values() const override { return sink.wants_previous_values(); }
    /// Destroys this.
    void fail(const Status& status) {
      held = true;
      sink.on_error(status);
    }

    FaultyStore& store;
    storage::WatchSink& sink;
    std::atomic<bool> held{false};
    std::unique_ptr<storage::Watch> watch;  // last: its end waits for the calls above
  };

  storage::Store& store_;
  std::atomic<int> lists_{0};
  std::mutex mutex_;  // guards all below
  std::optional<Status> list_failure_;
  std::list<Relay*> relays_;
};

}  // namespace pedalion::watchcache
