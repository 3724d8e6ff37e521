#include "pedalion/controllers/garbage_collector/monitor.h"

#include <algorithm>

#include "pedalion/base/log.h"
#include "pedalion/client/api/watch.h"
#include "pedalion/controllers/requests.h"

namespace pedalion::controllers::garbage_collector {
namespace {

constexpr int kPage = 500;
constexpr std::chrono::milliseconds kFirstBackoff{200}, kLastBackoff{30000};
/// A watch that lasts as long as this was a good one.
constexpr std::chrono::seconds kGood{10};

}  // namespace

Monitor::Monitor(client::rest::RestClient& client, client::api::ApiResource resource, const MonitorSink& sink)
    : client_(client), resource_(std::move(resource)), sink_(sink) {
  job_ = Job(run());
}

Metadata Monitor::with_type(Metadata object) const {
  object.api_version = resource_.resource.group_version().api_version();
  object.kind = resource_.kind.kind;
  return object;
}

Task<void> Monitor::run() {
  auto backoff = kFirstBackoff;
  std::string version;  // empty: to be listed
  while (true) {
    auto began = std::chrono::steady_clock::now();
    auto ended = co_await list_and_watch(&version);
    // A watch that the server ended in good order goes on from where it was.
    if (!ended) version.clear();
    if (std::chrono::steady_clock::now() - began > kGood) backoff = kFirstBackoff;
    if (!ended && !is_not_found(ended.error())) {
      log::write(log::Level::kDebug, "a monitor begins again",
                 {{"resource", resource_.resource.resource}, {"error", ended.error().message}});
    }
    co_await sleep_for(client_.loop(), backoff);
    backoff = std::min(backoff * 2, kLastBackoff);
  }
}

Task<Result<void>> Monitor::list_and_watch(std::string* version) {
  if (version->empty()) {
    CO_TRY(*version, co_await list());
  }
  co_return co_await watch(version);
}

Task<Result<std::string>> Monitor::list() {
  std::vector<std::string> uids;
  std::string next, version;
  do {
    auto request = get_request(client_, resource_.resource, {});
    request.accept(kMetadataListOnly).param("limit", std::to_string(kPage));
    if (!next.empty()) request.param("continue", next);
    CO_TRY(auto page, co_await fetch(std::move(request)));
    next = page.root.string_at({"metadata", "continue"});
    version = page.root.string_at({"metadata", "resourceVersion"});
    if (const auto* items = page.root.find("items")) {
      for (const auto& item : items->items()) {
        auto object = with_type(read_metadata(item));
        uids.push_back(object.uid);
        sink_.observed(object);
      }
    }
  } while (!next.empty());
  std::ranges::sort(uids);
  sink_.listed(resource_, std::move(uids));
  synced_ = true;
  co_return version;
}

Task<Result<void>> Monitor::watch(std::string* version) {
  auto request = get_request(client_, resource_.resource, {});
  request.accept(kMetadataOnly).param("watch", "true").param("resourceVersion", *version);
  request.param("allowWatchBookmarks", "true");
  CO_TRY(auto stream, co_await request.stream());
  client::api::Watch watch(std::move(stream));
  using Type = client::api::WatchEvent::Type;
  while (true) {
    CO_TRY(auto event, co_await watch.next());
    if (!event) co_return Result<void>();
    if (event->type == Type::kError) co_return std::unexpected(std::move(event->error));
    *version = event->object.resource_version();
    if (event->type == Type::kBookmark) continue;
    if (event->type == Type::kDeleted) {
      sink_.removed(event->object.uid());
      continue;
    }
    auto document = event->object.parse();
    sink_.observed(with_type(read_metadata(document.root)));
  }
}

}  // namespace pedalion::controllers::garbage_collector
