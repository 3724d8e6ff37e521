#pragma once
// For tests: a ListerWatcher that answers what the test lays ready, and writes down what it was asked.
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pedalion/base/signal.h"
#include "pedalion/client/informer/lister_watcher.h"

namespace pedalion::client::informer::testing {

inline api::Object object(std::string_view name, std::string_view version, std::string_view space = "default",
                          std::string_view uid = "u") {
  return *api::Object::read(Bytes(R"({"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":")" +
                                  std::string(name) + R"(","namespace":")" + std::string(space) +
                                  R"(","uid":")" + std::string(uid) + R"(","resourceVersion":")" +
                                  std::string(version) + R"("}})"));
}

using EventResult = Result<std::optional<api::WatchEvent>>;
using Type = api::WatchEvent::Type;

inline EventResult event(Type type, api::Object object) {
  api::WatchEvent made;
  made.type = type;
  made.object = std::move(object);
  return made;
}
inline EventResult added(std::string_view name, std::string_view version) {
  return event(Type::kAdded, object(name, version));
}
inline EventResult modified(std::string_view name, std::string_view version) {
  return event(Type::kModified, object(name, version));
}
inline EventResult deleted(std::string_view name, std::string_view version) {
  return event(Type::kDeleted, object(name, version));
}
inline EventResult bookmark(std::string_view version, bool initial_end = false) {
  auto made = event(Type::kBookmark, object("", version));
  (*made)->initial_events_end = initial_end;
  return made;
}
inline EventResult error(int code, std::string reason, std::string message = "so says the server") {
  api::WatchEvent made;
  made.type = Type::kError;
  made.error = Status(code, std::move(reason), std::move(message));
  return made;
}
inline EventResult end() { return std::optional<api::WatchEvent>(); }
inline EventResult broken() { return std::unexpected(Status(400, "BadRequest", "the peer broke off")); }

/// What a watch brings; when nothing is left, it waits for more.
class Channel {
 public:
  void push(EventResult event) {
    events_.push_back(std::move(event));
    more_.notify();
  }
  Task<EventResult> next() {
    while (events_.empty()) co_await more_.wait();
    EventResult event = std::move(events_.front());
    events_.pop_front();
    co_return event;
  }

 private:
  std::deque<EventResult> events_;
  Signal more_;
};

class Scripted final : public ListerWatcher {
 public:
  explicit Scripted(Loop& loop) : loop_(loop) {}
  Loop& loop() override { return loop_; }

  /// The next list answers this page.
  void will_list(std::string version, std::vector<api::Object> items, std::string continue_token = {}) {
    lists_.push_back(api::ObjectList{std::move(version), std::move(continue_token), 0, std::move(items)});
  }
  void will_fail_list(Status status) { lists_.push_back(std::unexpected(std::move(status))); }
  /// The next watch brings these; more may be pushed.
  std::shared_ptr<Channel> will_watch(std::vector<EventResult> events = {}) {
    auto channel = std::make_shared<Channel>();
    for (EventResult& each : events) channel->push(std::move(each));
    watches_.push_back(channel);
    return channel;
  }
  void will_fail_watch(Status status) { watches_.push_back(std::unexpected(std::move(status))); }
  /// "LIST 0 limit=500", "LIST token=t", "WATCH 5", "WATCH 5 initial"; empties it.
  std::vector<std::string> calls() { return std::exchange(calls_, {}); }
  std::vector<std::chrono::seconds> timeouts;  // of the watches

  Task<Result<api::ObjectList>> list(api::ListOptions options) override {
    std::string call = "LIST " + options.resource_version;
    if (!options.continue_token.empty()) call += "token=" + options.continue_token;
    if (options.limit != 0) call += " limit=" + std::to_string(options.limit);
    calls_.push_back(std::move(call));
    return take(lists_);
  }
  Task<Result<std::unique_ptr<EventSource>>> watch(api::WatchOptions options) override {
    calls_.push_back("WATCH " + options.resource_version + (options.send_initial_events ? " initial" : ""));
    timeouts.push_back(options.timeout);
    return open();
  }

 private:
  struct Source final : EventSource {
    explicit Source(std::shared_ptr<Channel> channel) : channel(std::move(channel)) {}
    Task<EventResult> next() override { return channel->next(); }
    std::shared_ptr<Channel> channel;
  };
  /// A request that nothing is laid ready for has no answer.
  template <class T>
  Task<Result<T>> take(std::deque<Result<T>>& ready) {
    Signal never;
    while (ready.empty()) co_await never.wait();
    Result<T> answer = std::move(ready.front());
    ready.pop_front();
    co_return answer;
  }
  Task<Result<std::unique_ptr<EventSource>>> open() {
    CO_TRY(auto channel, co_await take(watches_));
    co_return std::make_unique<Source>(std::move(channel));
  }

  Loop& loop_;
  std::deque<Result<api::ObjectList>> lists_;
  std::deque<Result<std::shared_ptr<Channel>>> watches_;
  std::vector<std::string> calls_;
};

}  // namespace pedalion::client::informer::testing
