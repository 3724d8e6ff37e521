#include "pedalion/controllers/namespaces/namespace_controller.h"

#include <vector>

#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/base/log.h"
#include "pedalion/base/signal.h"
#include "pedalion/client/api/discovery.h"
#include "pedalion/client/tools/work_queue.h"
#include "pedalion/controllers/namespaces/content.h"
#include "pedalion/controllers/requests.h"

namespace pedalion::controllers::namespaces {
namespace {

using client::api::ResourceClient;

const meta::GroupVersionResource kNamespaces{"", "v1", "namespaces"};
const meta::GroupVersionResource kPods{"", "v1", "pods"};
constexpr int kWorkers = 4;
constexpr int kConflicts = 10;
/// A namespace that has to wait is looked at again after as long as it has waited until then, and before
/// this.
constexpr std::chrono::milliseconds kFirstDelay{5}, kLastDelay{15000};

class NamespaceController final : public Controller {
 public:
  explicit NamespaceController(const Context& context)
      : context_(context), queue_(context.loop, {kFirstDelay, kLastDelay, 100, 100}) {
    auto look = [this](const client::api::Object& object) {
      if (object.deleted()) queue_.add(std::string(object.name()));
    };
    context_.informers.of(kNamespaces)
        .add_handler({.on_add = [look](const auto& object, bool) { look(object); },
                      .on_update = [look](const auto&, const auto& now) { look(now); },
                      .on_delete = {}});
    for (int count = 0; count < kWorkers; ++count) workers_.emplace_back(work());
  }

 private:
  Task<void> work() {
    while (auto name = co_await queue_.next()) {
      auto ended = co_await sync(*name);
      if (!ended) {
        log::warning("cannot delete all of a namespace; trying again",
                     {{"namespace", *name}, {"error", ended.error().message}});
      }
      if (ended && *ended) {
        queue_.forget(*name);
      } else {
        queue_.add_rate_limited(*name);
      }
      queue_.done(*name);
    }
  }

  /// False: there is more to wait for.
  Task<Result<bool>> sync(std::string name) {
    auto request = get_request(context_.client, kNamespaces, {});
    request.name(name);
    auto current = co_await fetch(std::move(request));
    if (!current && is_not_found(current.error())) co_return true;
    if (!current) co_return std::unexpected(std::move(current).error());
    auto deleted_at = current->root.string_at({"metadata", "deletionTimestamp"});
    if (deleted_at.empty() || !has_finalizer(current->root)) co_return true;
    CO_TRY(auto since, meta::parse_time(deleted_at));
    CO_TRY(auto content, co_await delete_content(name, meta::now_seconds() - since.seconds));
    CO_TRY_OK(co_await tell(name, std::move(*current), &content));
    if (!content.gone()) co_return false;
    co_return co_await finalize(name);
  }

  Task<Result<Content>> delete_content(std::string name, std::int64_t seconds_since_deletion) {
    CO_TRY(auto discovered, co_await client::api::discover(context_.client));
    Content content;
    for (const auto& [version, why] : discovered.failed) content.stale.push_back(version.api_version());
    // Pods first: what else is here may be what they need to come to an orderly end.
    CO_TRY_OK(co_await delete_all(kPods, true, name, seconds_since_deletion, &content));
    if (!content.remaining.empty() || !content.failures.empty()) co_return content;
    for (const auto* resource : discovered.preferred({"delete"})) {
      if (!resource->namespaced || resource->resource == kPods) continue;
      auto done = co_await delete_all(resource->resource, resource->has_verb("deletecollection"), name,
                                      seconds_since_deletion, &content);
      if (!done) content.failures.push_back(done.error().message);
    }
    co_return content;
  }

  /// Fails only where nothing can be said of what remains.
  Task<Result<void>> delete_all(meta::GroupVersionResource resource, bool as_collection, std::string name,
                                std::int64_t seconds_since_deletion, Content* content) {
    std::int64_t grace = 0;
    if (resource == kPods) {
      CO_TRY(auto pods, co_await fetch(get_request(context_.client, kPods, name)));
      grace = grace_of_pods(pods.root, seconds_since_deletion);
    }
    auto metadata = get_request(context_.client, resource, name);
    metadata.accept(kMetadataListOnly);
    auto objects = ResourceClient(context_.client, resource).in_namespace(name);
    if (as_collection) {
      CO_TRY_OK(co_await objects.remove_all({.propagation = client::api::Propagation::kBackground}));
    } else {
      CO_TRY(auto list, co_await fetch(metadata));
      CO_TRY_OK(co_await delete_each(objects, &list.root));
    }
    CO_TRY(auto left, co_await fetch(metadata));
    add_remaining(resource, name, left.root, grace, *content);
    co_return Result<void>();
  }

  static Task<Result<void>> delete_each(ResourceClient objects, const json::Value* list) {
    const auto* items = list->find("items");
    if (items == nullptr) co_return Result<void>();
    for (const auto& item : items->items()) {
      auto done = co_await objects.remove(std::string(item.string_at({"metadata", "name"})),
                                          {.propagation = client::api::Propagation::kBackground});
      if (!done && !is_not_found(done.error())) co_return std::unexpected(std::move(done).error());
    }
    co_return Result<void>();
  }

  /// Writes the conditions, where they have changed.
  Task<Result<void>> tell(std::string name, json::Document current, const Content* content) {
    auto& status = current.root.object_at("status", current.arena);
    if (!update_conditions(*content, status, meta::format_time(meta::now_seconds()), current.arena)) {
      co_return Result<void>();
    }
    auto written = co_await ResourceClient(context_.client, kNamespaces)
                       .update(name, Bytes(json::to_string(current.root)), {}, "status");
    // Whoever changed it in between has made another round of it.
    if (!written && !is_not_found(written.error()) && !is_conflict(written.error())) {
      co_return std::unexpected(std::move(written).error());
    }
    co_return Result<void>();
  }

  Task<Result<bool>> finalize(std::string name) {
    Status last;
    for (int attempt = 0; attempt < kConflicts; ++attempt) {
      auto request = get_request(context_.client, kNamespaces, {});
      request.name(name);
      auto current = co_await fetch(std::move(request));
      if (!current && is_not_found(current.error())) co_return true;
      if (!current) co_return std::unexpected(std::move(current).error());
      auto written = co_await ResourceClient(context_.client, kNamespaces)
                         .update(name, Bytes(finalized(current->root)), {}, "finalize");
      if (written || is_not_found(written.error())) co_return true;
      last = std::move(written).error();
      if (!is_conflict(last)) break;
    }
    co_return std::unexpected(std::move(last));
  }

  Context context_;
  client::tools::WorkQueue queue_;
  std::vector<Job> workers_;  // the last member: they use all others
};

}  // namespace

std::unique_ptr<Controller> make_namespace_controller(const Context& context) {
  return std::make_unique<NamespaceController>(context);
}

}  // namespace pedalion::controllers::namespaces
