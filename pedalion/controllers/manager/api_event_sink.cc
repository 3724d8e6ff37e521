#include "pedalion/controllers/manager/api_event_sink.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/base/log.h"
#include "pedalion/client/api/dynamic_client.h"

namespace pedalion::controllers::manager {
namespace {

constexpr std::size_t kWaiting = 1000, kRemembered = 200;
const meta::GroupVersionResource kEvents{"", "v1", "events"};

void put(json::Value& object, std::string_view field, std::string_view text, json::Arena& arena) {
  object.set(field, json::Value::string(text, arena), arena);
}

}  // namespace

std::string ApiEventSink::Told::key() const {
  return fmt::format("{}\n{}\n{}\n{}", component, regarding.uid, reason, message);
}

ApiEventSink::ApiEventSink(client::rest::RestClient& client) : client_(client) { job_ = Job(run()); }

void ApiEventSink::record(std::string_view component, ObjectReference regarding, Type type,
                          std::string_view reason, std::string_view message) {
  if (waiting_.size() >= kWaiting) return;
  waiting_.push_back({std::string(component), std::string(reason), std::string(message), std::move(regarding),
                      type, meta::now_seconds()});
  // Whoever tells something is not to be held up by it being written.
  if (waiting_.size() == 1)
    client_.loop().post([this, alive = std::weak_ptr<bool>(alive_)] {
      if (!alive.expired()) more_.notify();
    });
}

Task<void> ApiEventSink::run() {
  while (true) {
    while (waiting_.empty()) co_await more_.wait();
    co_await write(waiting_.front());
    waiting_.pop_front();
  }
}

Task<void> ApiEventSink::write(Told told) {
  client::api::ResourceClient events(client_, kEvents);
  auto time = meta::format_time(told.at);
  auto before = std::ranges::find(written_, told.key(), &Written::key);
  if (before != written_.end()) {
    auto patch = fmt::format(R"({{"count":{},"lastTimestamp":"{}"}})", ++before->count, time);
    auto done = co_await events.in_namespace(before->namespace_name)
                    .patch(before->name, client::rest::PatchType::kMerge, Bytes(std::move(patch)));
    if (done || done.error().code != 404) co_return;
    written_.erase(before);
  }
  const auto& regarding = told.regarding;
  std::string space = regarding.namespace_name.empty() ? "default" : regarding.namespace_name;
  auto stamp = std::chrono::system_clock::now().time_since_epoch();
  auto name = fmt::format("{}.{:x}", regarding.name, std::chrono::nanoseconds(stamp).count());
  json::Arena arena;
  auto event = json::Value::object(arena);
  auto& metadata = event.object_at("metadata", arena);
  put(metadata, "name", name, arena);
  put(metadata, "namespace", space, arena);
  auto& about = event.object_at("involvedObject", arena);
  put(about, "apiVersion", regarding.api_version, arena);
  put(about, "kind", regarding.kind, arena);
  if (!regarding.namespace_name.empty()) put(about, "namespace", regarding.namespace_name, arena);
  put(about, "name", regarding.name, arena);
  put(about, "uid", regarding.uid, arena);
  put(event, "reason", told.reason, arena);
  put(event, "message", told.message, arena);
  put(event.object_at("source", arena), "component", told.component, arena);
  put(event, "reportingComponent", told.component, arena);
  put(event, "firstTimestamp", time, arena);
  put(event, "lastTimestamp", time, arena);
  event.set("count", json::Value::integer(1), arena);
  put(event, "type", told.type == Type::kWarning ? "Warning" : "Normal", arena);
  auto done = co_await events.in_namespace(space).create(Bytes(json::to_string(event)));
  if (!done) {
    log::write(log::Level::kDebug, "an event is lost", {{"error", done.error().message}});
    co_return;
  }
  written_.push_back({told.key(), space, name});
  if (written_.size() > kRemembered) written_.pop_front();
}

}  // namespace pedalion::controllers::manager
