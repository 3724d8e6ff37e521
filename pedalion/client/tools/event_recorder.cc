#include "pedalion/client/tools/event_recorder.h"

#include <deque>
#include <random>
#include <utility>

#include "pedalion/apimachinery/json/write.h"
#include "pedalion/base/signal.h"
#include "pedalion/base/wait_list.h"
#include "pedalion/client/rest/backoff.h"

namespace pedalion::client::tools {
namespace {

using TimePoint = std::chrono::steady_clock::time_point;

void put(json::Value& object, std::string_view name, std::string_view text, json::Arena& arena) {
  if (!text.empty()) object.set(name, json::Value::string(text, arena), arena);
}

void put_reference(json::Value& made, const ObjectReference& of, json::Arena& arena) {
  put(made, "kind", of.kind, arena);
  put(made, "namespace", of.namespace_name, arena);
  put(made, "name", of.name, arena);
  put(made, "uid", of.uid, arena);
  put(made, "apiVersion", of.api_version, arena);
  put(made, "resourceVersion", of.resource_version, arena);
  put(made, "fieldPath", of.field_path, arena);
}

void put_series(json::Value& made, const Event& event, json::Arena& arena) {
  made.set("count", json::Value::integer(event.count), arena);
  made.set("lastTimestamp", json::Value::string(meta::format_time(event.last.seconds), arena), arena);
  made.set("message", json::Value::string(event.message, arena), arena);
}

Bytes json_of(const Event& event) {
  json::Document document;
  json::Arena& arena = document.arena;
  json::Value& root = document.root = json::Value::object(arena);
  put(root, "apiVersion", "v1", arena);
  put(root, "kind", "Event", arena);
  json::Value metadata = json::Value::object(arena);
  put(metadata, "name", event.name, arena);
  put(metadata, "namespace", event.namespace_name, arena);
  root.set("metadata", metadata, arena);
  json::Value involved = json::Value::object(arena);
  put_reference(involved, event.involved, arena);
  root.set("involvedObject", involved, arena);
  put(root, "reason", event.reason, arena);
  put(root, "type", event.type, arena);
  json::Value source = json::Value::object(arena);
  put(source, "component", event.component, arena);
  put(source, "host", event.host, arena);
  root.set("source", source, arena);
  put(root, "firstTimestamp", meta::format_time(event.first.seconds), arena);
  put_series(root, event, arena);
  put(root, "reportingComponent", event.component, arena);
  put(root, "reportingInstance", event.host, arena);
  return Bytes(json::to_string(root));
}

/// What two events of one series differ in.
Bytes patch_of(const Event& event) {
  json::Document document;
  document.root = json::Value::object(document.arena);
  put_series(document.root, event, document.arena);
  return Bytes(json::to_string(document.root));
}

/// Nobody answered, or nobody could: it may be sent again. Whatever else a server says is its last word.
bool worth_another_try(const Status& error) { return error.code == 429 || error.code >= 500; }

}  // namespace

ObjectReference reference_to(const api::Object& object, std::string field_path) {
  return {
      std::string(object.kind()), std::string(object.namespace_()),  std::string(object.name()),
      std::string(object.uid()),  std::string(object.api_version()), std::string(object.resource_version()),
      std::move(field_path)};
}

struct EventRecorder::Rep {
  Rep(rest::RestClient& client, EventRecorderOptions given)
      : options(std::move(given)), events(client, {"", "v1", "events"}), loop(client.loop()), job(run()) {}

  TimePoint now() const { return options.clock ? options.clock() : std::chrono::steady_clock::now(); }

  Task<void> run() {
    for (;;) {
      while (waiting.empty()) co_await more.wait();
      busy = true;
      auto decision = correlator.correlate(std::move(waiting.front()), now());
      waiting.pop_front();
      if (!decision.skip) co_await send(std::move(decision));
      busy = false;
      if (waiting.empty()) idle.notify_later(waking);
    }
  }

  Task<void> send(EventCorrelator::Decision decision) {
    for (int tried = 1;; ++tried) {
      auto sent = co_await write(decision);
      if (sent) co_return;
      if (options.on_error) options.on_error(sent.error());
      if (!worth_another_try(sent.error()) || tried >= options.tries) co_return;
      // The first wait is any part of the period, so that not all come back at once after a master's death.
      const double part = tried == 1 ? std::uniform_real_distribution<double>(0, 1)(random) : 1;
      co_await sleep_for(loop, std::chrono::duration_cast<Duration>(options.retry_period * part));
    }
  }

  Task<Result<void>> write(const EventCorrelator::Decision& decision) {
    const auto there = events.in_namespace(decision.event.namespace_name);
    if (decision.repeat) {
      auto patched = co_await there.patch(decision.event.name, rest::PatchType::kStrategicMerge,
                                          patch_of(decision.event));
      if (patched) co_return Result<void>();
      // Events do not live long: it begins anew, with its count.
      if (patched.error().code != 404) co_return std::unexpected(std::move(patched).error());
    }
    CO_TRY_OK(co_await there.create(json_of(decision.event)));
    co_return Result<void>();
  }

  EventRecorderOptions options;
  api::ResourceClient events;
  Loop& loop;
  EventCorrelator correlator;
  std::minstd_rand random{std::random_device{}()};
  std::deque<Event> waiting;
  Signal more;
  WaitList idle;
  Timer waking{loop};
  bool busy = false;
  Job job;  // last: ends before what it uses
};

EventRecorder::EventRecorder(rest::RestClient& client, EventRecorderOptions options)
    : rep_(std::make_unique<Rep>(client, std::move(options))) {}
EventRecorder::~EventRecorder() = default;

void EventRecorder::event(ObjectReference involved, std::string_view type, std::string_view reason,
                          std::string message) {
  if (rep_->waiting.size() >= rep_->options.queue) {
    if (rep_->options.on_error)
      rep_->options.on_error(Status(429, "TooManyRequests", "an event was dropped"));
    return;
  }
  Event made;
  made.first = made.last = meta::now();
  made.namespace_name = involved.namespace_name.empty() ? "default" : involved.namespace_name;
  made.name = event_name(involved, made.first);
  made.involved = std::move(involved);
  made.type = type;
  made.reason = reason;
  made.message = std::move(message);
  made.component = rep_->options.component;
  made.host = rep_->options.host;
  rep_->waiting.push_back(std::move(made));
  rep_->more.notify();
}

Task<void> EventRecorder::flush() {
  while (rep_->busy || !rep_->waiting.empty()) co_await rep_->idle.wait();
}

}  // namespace pedalion::client::tools
