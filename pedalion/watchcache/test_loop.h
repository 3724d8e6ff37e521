#pragma once
// For tests and benchmarks: an event loop with a thread of its own, and watchers that write down what they
// see.
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

#include "pedalion/base/task.h"
#include "pedalion/base/testing/thread_loop.h"
#include "pedalion/watchcache/cache.h"

namespace pedalion::watchcache::testing {

class TestLoop final : public pedalion::testing::ThreadLoop {
 public:
  TestLoop() : thread_([this] { run(); }) {}
  ~TestLoop() override {
    post([this] { stopping_ = true; });
    thread_.join();
  }

  /// Runs `work` on the loop and waits for what it returns.
  template <class Work>
  auto call(Work work) {
    auto result = std::make_shared<std::promise<decltype(work())>>();
    auto future = result->get_future();
    post([&work, result] {
      if constexpr (std::is_void_v<decltype(work())>) {
        work();
        result->set_value();
      } else {
        result->set_value(work());
      }
    });
    return future.get();
  }

  /// Runs the task that `make` makes on the loop, and waits for its result.
  template <class Make>
  auto run_task(Make make) {
    using T = decltype(std::declval<decltype(make())&>().await_resume());
    auto result = std::make_shared<std::promise<T>>();
    auto future = result->get_future();
    post([&make, result] { spawn(make(), [result](T value) { result->set_value(std::move(value)); }); });
    return future.get();
  }

 private:
  void run() {
    set_current(this);
    while (!stopping_) turn();
    set_current(nullptr);
  }

  bool stopping_ = false;  // the thread's
  std::thread thread_;     // last: it uses all others
};

/// "ADDED a@5", "BOOKMARK @7", "BOOKMARK @7 end", "ERROR 410 text".
inline std::string to_text(const WatchEvent& event) {
  constexpr std::string_view kTypes[] = {"ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"};
  std::string text(kTypes[static_cast<int>(event.type)]);
  if (event.type == WatchEvent::Type::kError)
    return text + " " + std::to_string(event.error.code) + " " + event.error.message;
  if (event.type == WatchEvent::Type::kBookmark)
    return text + " @" + std::to_string(event.revision) + (event.initial_events_end ? " end" : "");
  return text + " " + std::string(event.object->name) + "@" + std::to_string(event.object->revision);
}

/// Owns a subscription on a loop and reads it as events come.
class Reader {
 public:
  Reader(TestLoop& loop, Cache& cache, WatchQuery query) : loop_(loop) {
    auto made = loop.run_task([&] { return cache.watch(query); });
    if (!made) {
      note("FAILED " + made.error().message);
      return;
    }
    loop.call([&] {
      subscription_ = *std::move(made);
      subscription_->on_ready([this] { read(); });
      read();
    });
  }
  ~Reader() { close(); }

  void close() {
    loop_.call([&] { subscription_.reset(); });
  }
  void drain() {
    loop_.call([&] { subscription_->drain(); });
  }
  /// While paused it does not read.
  void pause() {
    loop_.call([&] { paused_ = true; });
  }
  void resume() {
    loop_.call([&] {
      paused_ = false;
      read();
    });
  }

  /// What has come when there are at least `count`, or five seconds went by.
  std::vector<std::string> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(5), [&] { return seen_.size() >= count; });
    return seen_;
  }
  /// The last one may come in any number of events.
  std::vector<std::string> wait_until_last(std::string_view last) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(20), [&] { return !seen_.empty() && seen_.back() == last; });
    return seen_;
  }
  std::vector<ObjectPtr> objects() {
    std::lock_guard lock(mutex_);
    return objects_;
  }

 private:
  void note(std::string text) {
    std::lock_guard lock(mutex_);
    seen_.push_back(std::move(text));
    changed_.notify_all();
  }
  void read() {
    if (paused_ || !subscription_) return;
    WatchEvent event;
    Subscription::Next next;
    while ((next = subscription_->next(event)) == Subscription::Next::kEvent) {
      {
        std::lock_guard lock(mutex_);
        objects_.push_back(event.object);
      }
      note(to_text(event));
    }
    if (next == Subscription::Next::kEnd) {
      note("END");
      subscription_.reset();
    }
  }

  TestLoop& loop_;
  std::unique_ptr<Subscription> subscription_;  // the loop's
  bool paused_ = false;                         // the loop's
  std::mutex mutex_;                            // guards all below
  std::condition_variable changed_;
  std::vector<std::string> seen_;
  std::vector<ObjectPtr> objects_;
};

}  // namespace pedalion::watchcache::testing
