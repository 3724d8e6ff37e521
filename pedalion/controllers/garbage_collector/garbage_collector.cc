#include "pedalion/controllers/garbage_collector/garbage_collector.h"

#include <fmt/format.h>

#include <map>

#include "pedalion/base/log.h"
#include "pedalion/base/signal.h"
#include "pedalion/client/api/discovery.h"
#include "pedalion/client/tools/work_queue.h"
#include "pedalion/controllers/garbage_collector/absent_owners.h"
#include "pedalion/controllers/garbage_collector/monitor.h"
#include "pedalion/controllers/garbage_collector/server_objects.h"
#include "pedalion/controllers/garbage_collector/verdict.h"

namespace pedalion::controllers::garbage_collector {
namespace {

using client::api::ApiResource;
using client::api::Propagation;

constexpr int kWorkers = 8, kOrphanWorkers = 4;
constexpr std::chrono::seconds kDiscoveryPeriod{30}, kSyncLimit{30};
constexpr std::chrono::milliseconds kRediscovery{300}, kSyncPoll{5};

bool is_collected(const ApiResource& resource) {
  // Events have owners of no kind and are many.
  if (resource.resource.resource == "events") return false;
  return resource.preferred && resource.has_verb("delete") && resource.has_verb("list") &&
         resource.has_verb("watch");
}

Metadata metadata_of(const json::Document& object) { return read_metadata(object.root); }

class GarbageCollector final : public Controller {
 public:
  explicit GarbageCollector(const Context& context)
      : context_(context),
        objects_(context.client, resources_),
        to_delete_(context.loop, {std::chrono::milliseconds(5), std::chrono::milliseconds(60000), 100, 100}),
        to_orphan_(context.loop),
        rediscovery_(context.loop) {
    sink_.observed = [this](const Metadata& object) { observed(object); };
    sink_.removed = [this](std::string_view uid) {
      Work work;
      graph_.removed(uid, work);
      take(work);
    };
    sink_.listed = [this](const ApiResource& resource, std::vector<std::string> uids) {
      Work work;
      graph_.only(resource.resource.group_version().api_version(), resource.kind.kind, uids, work);
      take(work);
    };
    jobs_.emplace_back(follow_discovery());
    for (int count = 0; count < kWorkers; ++count) jobs_.emplace_back(run_deletions());
    for (int count = 0; count < kOrphanWorkers; ++count) jobs_.emplace_back(run_orphanings());
  }

 private:
  void observed(const Metadata& object) {
    Work work;
    graph_.observe(object, work);
    take(work);
    // There will soon be more, or less, to be watched.
    if (object.kind == "CustomResourceDefinition" || object.kind == "APIService") discover_soon();
  }

  void discover_soon() {
    if (!rediscovery_.running()) rediscovery_.start(kRediscovery, [this] { changed_.notify(); });
  }

  void take(const Work& work) {
    for (const auto& identity : work.absent) absent_.add(identity);
    for (const auto& uid : work.attempt_to_delete) to_delete_.add(uid);
    for (const auto& uid : work.retry) to_delete_.add_rate_limited(uid);
    for (const auto& uid : work.orphan_dependents) to_orphan_.add(uid);
    for (const auto& invalid : work.invalid) report(invalid);
  }

  void report(const InvalidReference& invalid) {
    const auto& [dependent, owner] = invalid;
    context_.events.record(
        "garbage-collector-controller",
        {dependent.api_version, dependent.kind, dependent.namespace_name, dependent.name, dependent.uid},
        EventSink::Type::kWarning, "OwnerRefInvalidNamespace",
        fmt::format("ownerRef [{}/{}, namespace: {}, name: {}, uid: {}] does not exist in namespace \"{}\"",
                    owner.api_version, owner.kind, dependent.namespace_name, owner.name, owner.uid,
                    dependent.namespace_name));
  }

  Task<void> follow_discovery() {
    while (true) {
      auto found = co_await client::api::discover(context_.client);
      if (found) {
        resources_ = std::move(*found);
        update_monitors();
      } else {
        log::warning("the garbage collector cannot tell what there is", {{"error", found.error().message}});
      }
      discovered_ = discovered_ || found.has_value();
      co_await wait_for(context_.loop, changed_, kDiscoveryPeriod);
    }
  }

  void update_monitors() {
    std::map<meta::GroupVersionResource, std::unique_ptr<Monitor>> kept;
    for (const auto& resource : resources_.resources) {
      if (!is_collected(resource)) continue;
      auto before = monitors_.find(resource.resource);
      auto& monitor = kept[resource.resource];
      monitor = before != monitors_.end() ? std::move(before->second)
                                          : std::make_unique<Monitor>(context_.client, resource, sink_);
    }
    // What cannot be asked now has not gone for that.
    for (auto& [name, monitor] : monitors_) {
      if (monitor && resources_.is_unknown(name.group_version())) kept[name] = std::move(monitor);
    }
    monitors_ = std::move(kept);
  }

  bool synced() const {
    return discovered_ &&
           std::ranges::all_of(monitors_, [](const auto& entry) { return entry.second->synced(); });
  }

  /// Before the graph is whole, an owner may seem to have no dependents.
  Task<void> wait_until_synced() {
    auto limit = std::chrono::steady_clock::now() + kSyncLimit;
    while (!synced() && (!discovered_ || std::chrono::steady_clock::now() < limit))
      co_await sleep_for(context_.loop, kSyncPoll);
  }

  Task<void> run_deletions() {
    co_await wait_until_synced();
    while (auto uid = co_await to_delete_.next()) {
      auto done = co_await attempt_to_delete(*uid);
      if (!done) {
        log::write(log::Level::kDebug, "the garbage collector tries again",
                   {{"uid", *uid}, {"error", done.error().message}});
      }
      if (done && *done) {
        to_delete_.forget(*uid);
      } else {
        to_delete_.add_rate_limited(*uid);
      }
      to_delete_.done(*uid);
    }
  }

  /// False: to be looked at again.
  Task<Result<bool>> attempt_to_delete(std::string uid) {
    const Node* node = graph_.find(uid);
    if (node == nullptr || (node->deleted && !node->deleting_dependents)) co_return true;
    const auto identity = node->identity();
    CO_TRY(auto latest, co_await find(identity));
    node = graph_.find(uid);
    if (node == nullptr) co_return true;
    if (!latest) {
      gone(identity);
      co_return true;
    }
    if (node->deleting_dependents) co_return co_await await_dependents(identity, std::move(*latest));
    const auto metadata = metadata_of(*latest);
    CO_TRY(auto states, co_await states_of(identity, metadata));
    if (!states) co_return true;
    node = graph_.find(uid);
    if (node == nullptr) co_return true;
    auto verdict = judge(*node, metadata, *states);
    CO_TRY_OK(co_await carry_out(identity, std::move(verdict), std::move(*latest)));
    // One that no monitor has seen is looked at until one has, or until it is gone.
    node = graph_.find(uid);
    co_return node == nullptr || node->seen;
  }

  /// None when it does not exist, or another has its name. Fails when that cannot be told.
  Task<Result<std::optional<json::Document>>> find(Identity identity) {
    auto found = co_await objects_.get(identity);
    if (!found && found.error().code == kUnknownKind) discover_soon();
    co_return found;
  }

  void gone(const Identity& identity) {
    Work work;
    graph_.absent(identity, work);
    take(work);
  }

  Task<Result<bool>> await_dependents(Identity identity, json::Document latest) {
    const Node* node = graph_.find(identity.uid);
    auto blocking = node->blocking_dependents();
    for (const Node* dependent : blocking) {
      if (!dependent->deleting_dependents) to_delete_.add(*dependent->uid);
    }
    if (!blocking.empty()) co_return true;
    CO_TRY_OK(co_await objects_.drop_finalizer(identity, std::move(latest), kForegroundFinalizer));
    co_return true;
  }

  /// None: a reference that cannot hold, ever.
  Task<Result<std::optional<std::vector<OwnerState>>>> states_of(Identity item, Metadata latest) {
    std::vector<OwnerState> states;
    for (const auto& reference : latest.owners) {
      Identity owner{reference.api_version, reference.kind, {}, reference.name, reference.uid};
      Identity beside = owner;
      beside.namespace_name = item.namespace_name;
      if (absent_.contains(owner) || absent_.contains(beside)) {
        states.push_back(OwnerState::kDangling);
        continue;
      }
      const auto* resource = find_kind(resources_, owner);
      if (resource != nullptr && resource->namespaced) {
        if (item.namespace_name.empty()) co_return std::optional<std::vector<OwnerState>>();
        owner = beside;
      }
      CO_TRY(auto found, co_await find(owner));
      if (!found) absent_.add(owner);
      states.push_back(!found                                       ? OwnerState::kDangling
                       : metadata_of(*found).waits_for_dependents() ? OwnerState::kWaiting
                                                                    : OwnerState::kSolid);
    }
    co_return states;
  }

  Task<Result<void>> carry_out(Identity identity, Verdict verdict, json::Document latest) {
    using Action = Verdict::Action;
    switch (verdict.action) {
      case Action::kNothing:
        co_return Result<void>();
      case Action::kDropReferences:
        co_return co_await objects_.patch(identity, patch_without_owners(latest.root, verdict.owners));
      case Action::kUnblockAndDelete: {
        CO_TRY_OK(co_await objects_.patch(identity, patch_without_blocking(latest.root)));
        CO_TRY(auto unblocked, co_await find(identity));
        if (!unblocked) {
          gone(identity);
          co_return Result<void>();
        }
        latest = std::move(*unblocked);
        break;
      }
      case Action::kDelete:
        break;
    }
    CO_TRY(bool existed, co_await objects_.remove(identity, metadata_of(latest), verdict.propagation));
    if (!existed) gone(identity);
    co_return Result<void>();
  }

  Task<void> run_orphanings() {
    co_await wait_until_synced();
    while (auto uid = co_await to_orphan_.next()) {
      auto done = co_await orphan(*uid);
      if (done) {
        to_orphan_.forget(*uid);
      } else {
        log::warning("cannot let go of the dependents of an object", {{"error", done.error().message}});
        to_orphan_.add_rate_limited(*uid);
      }
      to_orphan_.done(*uid);
    }
  }

  Task<Result<void>> orphan(std::string uid) {
    const Node* node = graph_.find(uid);
    if (node == nullptr) co_return Result<void>();
    const auto owner = node->identity();
    std::vector<Identity> dependents;
    if (node->dependents) {
      for (const Node* dependent : *node->dependents) dependents.push_back(dependent->identity());
    }
    for (const auto& dependent : dependents) CO_TRY_OK(co_await objects_.drop_owner(dependent, uid));
    CO_TRY(auto latest, co_await find(owner));
    if (!latest) co_return Result<void>();
    co_return co_await objects_.drop_finalizer(owner, std::move(*latest), kOrphanFinalizer);
  }

  Context context_;
  client::api::Discovery resources_;
  bool discovered_ = false;
  ServerObjects objects_;
  Graph graph_;
  AbsentOwners absent_;
  client::tools::WorkQueue to_delete_, to_orphan_;
  Signal changed_;
  Timer rediscovery_;
  MonitorSink sink_;
  std::map<meta::GroupVersionResource, std::unique_ptr<Monitor>> monitors_;
  std::vector<Job> jobs_;  // the last member: they use all others
};

}  // namespace

std::unique_ptr<Controller> make_garbage_collector(const Context& context) {
  return std::make_unique<GarbageCollector>(context);
}

}  // namespace pedalion::controllers::garbage_collector
