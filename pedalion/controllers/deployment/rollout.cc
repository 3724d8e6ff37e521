#include "pedalion/controllers/deployment/rollout.h"

#include <fmt/format.h>

#include <algorithm>

#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/client/api/dynamic_client.h"
#include "pedalion/controllers/requests.h"

namespace pedalion::controllers::deployment {
namespace {

using client::api::ResourceClient;

const meta::GroupVersionResource kDeployments{"apps", "v1", "deployments"};
const meta::GroupVersionResource kReplicaSets{"apps", "v1", "replicasets"};
constexpr std::string_view kComponent = "deployment-controller";

/// A pass under way.
class Pass {
 public:
  Pass(const Context& context, Rollout rollout) : context_(context), rollout_(std::move(rollout)) {
    rollout_.bounds = bounds_of(rollout_.deployment.root);
    rollout_.new_set = find_new_set(rollout_.deployment.root, rollout_.sets);
    before_ = text();
  }

  Task<Result<std::optional<std::int64_t>>> run() {
    auto& deployment = rollout_.deployment;
    auto now = meta::now_seconds();
    if (rollout_.owner.deleted) {
      count_replicas(deployment, rollout_.bounds, rollout_.all(), rollout_.new_set, now);
      co_return co_await finish();
    }
    tell_of_pause(deployment, now);
    const auto* paused = deployment.root.at({"spec", "paused"});
    Result<void> done;
    if ((paused != nullptr && paused->bool_or(false)) || was_scaled(rollout_.bounds, rollout_.all())) {
      done = co_await keep_scale();
    } else if (rollout_.bounds.rolling) {
      done = co_await roll();
    } else {
      done = co_await recreate();
    }
    // What has been found out is told even where it went wrong.
    auto told = co_await finish();
    if (!done) co_return std::unexpected(std::move(done).error());
    co_return told;
  }

 private:
  /// What of the deployment is written: its status, and annotations that go with it.
  std::string text() const {
    std::string all;
    for (const auto* part : {rollout_.deployment.root.find("status"),
                             rollout_.deployment.root.at({"metadata", "annotations"})}) {
      if (part != nullptr) json::write(*part, all, json::SortKeys::kYes);
    }
    return all;
  }

  ResourceClient sets() const {
    return ResourceClient(context_.client, kReplicaSets).in_namespace(rollout_.owner.namespace_name);
  }

  Task<Result<std::optional<std::int64_t>>> finish() {
    const auto& owner = rollout_.owner;
    if (text() != before_) {
      CO_TRY_OK(co_await ResourceClient(context_.client, kDeployments)
                    .in_namespace(owner.namespace_name)
                    .update(owner.name, Bytes(json::to_string(rollout_.deployment.root)), {}, "status"));
      co_return std::optional<std::int64_t>();
    }
    co_return seconds_to_deadline(rollout_.deployment.root, rollout_.bounds, meta::now_seconds());
  }

  void tell(EventSink::Type type, std::string_view reason, std::string message) const {
    const auto& owner = rollout_.owner;
    context_.events.record(kComponent,
                           {owner.api_version, owner.kind, owner.namespace_name, owner.name, owner.uid}, type,
                           reason, message);
  }

  void status_of_rollout() {
    tell_of_rollout(rollout_.deployment, rollout_.bounds, rollout_.all(), rollout_.new_set,
                    meta::now_seconds());
  }

  /// Paused, or the deployment itself was scaled.
  Task<Result<void>> keep_scale() {
    CO_TRY_OK(co_await update_new_set());
    auto replicas = integer_at(rollout_.deployment.root, {"status", "replicas"}, 0);
    for (auto [set, wanted] : scale_all(rollout_.bounds, replicas, rollout_.new_set, rollout_.old()))
      CO_TRY_OK(co_await scale(set, wanted));
    // All active ones have to say for how many they were made.
    for (auto* set : rollout_.all()) {
      if (set->wanted > 0) CO_TRY_OK(co_await scale(set, set->wanted));
    }
    CO_TRY_OK(co_await clean_up());
    count_replicas(rollout_.deployment, rollout_.bounds, rollout_.all(), rollout_.new_set,
                   meta::now_seconds());
    co_return Result<void>();
  }

  Task<Result<void>> roll() {
    CO_TRY_OK(co_await find_or_make_new_set());
    auto up = scale_new(rollout_.bounds, rollout_.all(), rollout_.new_set);
    if (up) {
      CO_TRY_OK(co_await scale(up->set, up->replicas));
      status_of_rollout();
      co_return Result<void>();
    }
    auto down = scale_old(rollout_.bounds, rollout_.old(), rollout_.new_set);
    for (auto [set, wanted] : down) CO_TRY_OK(co_await scale(set, wanted));
    status_of_rollout();
    if (down.empty() && is_complete(rollout_.deployment.root, rollout_.bounds)) co_return co_await clean_up();
    co_return Result<void>();
  }

  /// No new pod before the last old one is gone.
  Task<Result<void>> recreate() {
    CO_TRY_OK(co_await update_new_set());
    bool scaled = false, running = false;
    for (auto* set : rollout_.old()) {
      running = running || set->replicas > 0 || rollout_.pods_of(set->uid) > 0;
      if (set->wanted == 0) continue;
      CO_TRY_OK(co_await scale(set, 0));
      scaled = true;
    }
    if (!scaled && !running) {
      CO_TRY_OK(co_await find_or_make_new_set());
      CO_TRY_OK(co_await scale(rollout_.new_set, rollout_.bounds.wanted));
      if (is_complete(rollout_.deployment.root, rollout_.bounds)) CO_TRY_OK(co_await clean_up());
    }
    status_of_rollout();
    co_return Result<void>();
  }

  std::int64_t next_revision() {
    std::int64_t last = 0;
    for (const auto* set : rollout_.old()) last = std::max(last, set->revision());
    return last + 1;
  }

  void condition(std::string_view value, std::string_view reason, std::string message) {
    if (!progress_deadline(rollout_.deployment.root)) return;
    set_deployment_condition(rollout_.deployment, "Progressing", value, reason, message, meta::now_seconds());
  }

  void set_revision(const SetState& set) {
    auto& [arena, root] = rollout_.deployment;
    auto& annotations = root.object_at("metadata", arena).object_at("annotations", arena);
    if (annotations.string_at({kRevision}) != set.annotation(kRevision))
      annotations.set(kRevision, json::Value::string(set.annotation(kRevision), arena), arena);
  }

  /// The new set, where there is one, gets what it has of the deployment.
  Task<Result<void>> update_new_set() {
    auto* set = rollout_.new_set;
    if (set == nullptr) co_return Result<void>();
    const auto& deployment = rollout_.deployment.root;
    bool changed = annotate(deployment, next_revision(), set->tree);
    auto seconds = integer_at(deployment, {"spec", "minReadySeconds"}, 0);
    if (integer_at(set->tree.root, {"spec", "minReadySeconds"}, 0) != seconds) {
      set->tree.root.object_at("spec", set->tree.arena)
          .set("minReadySeconds", json::Value::integer(seconds), set->tree.arena);
      changed = true;
    }
    if (changed) CO_TRY_OK(co_await write(set));
    set_revision(*set);
    if (find_progressing() == nullptr)
      condition("True", "FoundNewReplicaSet", fmt::format("Found new replica set \"{}\"", set->name));
    co_return Result<void>();
  }

  const json::Value* find_progressing() const {
    const auto* conditions = rollout_.deployment.root.at({"status", "conditions"});
    if (conditions == nullptr) return nullptr;
    for (const auto& item : conditions->items()) {
      if (item.string_at({"type"}) == "Progressing") return &item;
    }
    return nullptr;
  }

  Task<Result<void>> find_or_make_new_set() {
    if (rollout_.new_set != nullptr) co_return co_await update_new_set();
    auto object = new_set(rollout_.deployment.root);
    const std::string name(object.root.string_at({"metadata", "name"}));
    auto replicas = new_set_replicas(rollout_.bounds, rollout_.all(), 0);
    object.root.find("spec")->set("replicas", json::Value::integer(replicas), object.arena);
    annotate(rollout_.deployment.root, next_revision(), object);
    annotate_replicas(rollout_.bounds.wanted, rollout_.bounds.most(), object);
    auto made = co_await sets().create(Bytes(json::to_string(object.root)));
    if (!made && made.error().reason == "AlreadyExists") {
      co_return co_await meet_again(name, std::move(made).error());
    }
    if (!made && is_namespace_ending(made.error())) co_return std::unexpected(std::move(made).error());
    if (!made) {
      auto text = fmt::format("Failed to create new replica set \"{}\": {}", name, made.error().message);
      condition("False", "ReplicaSetCreateError", text);
      tell(EventSink::Type::kWarning, "ReplicaSetCreateError", text);
      co_return std::unexpected(std::move(made).error());
    }
    take(made->parse());
    if (replicas > 0) {
      tell(EventSink::Type::kNormal, "ScalingReplicaSet",
           fmt::format("Scaled up replica set {} from 0 to {}", name, replicas));
    }
    condition("True", "NewReplicaSetCreated", fmt::format("Created new replica set \"{}\"", name));
    co_return Result<void>();
  }

  void take(json::Document object) {
    rollout_.sets.emplace_back(std::move(object));
    rollout_.new_set = &rollout_.sets.back();
    set_revision(*rollout_.new_set);
  }

  /// The name of the new set is taken: by itself, which was not known yet, or by another of the same hash.
  Task<Result<void>> meet_again(std::string name, Status error) {
    auto request = get_request(context_.client, kReplicaSets, rollout_.owner.namespace_name);
    request.name(name);
    CO_TRY(auto present, co_await fetch(std::move(request)));
    auto& [arena, root] = rollout_.deployment;
    const auto* there = present.root.at({"spec", "template"});
    if (controller_uid(present.root) == rollout_.owner.uid && there != nullptr &&
        same_template(*there, *root.at({"spec", "template"}))) {
      take(std::move(present));
      co_return Result<void>();
    }
    auto count = integer_at(root, {"status", "collisionCount"}, 0);
    root.object_at("status", arena).set("collisionCount", json::Value::integer(count + 1), arena);
    co_return std::unexpected(std::move(error));
  }

  Task<Result<void>> write(SetState* set) {
    CO_TRY(auto written, co_await sets().update(set->name, Bytes(json::to_string(set->tree.root))));
    *set = SetState(written.parse());
    co_return Result<void>();
  }

  Task<Result<void>> scale(SetState* set, std::int64_t wanted) {
    auto before = set->wanted;
    bool changed = annotate_replicas(rollout_.bounds.wanted, rollout_.bounds.most(), set->tree);
    if (!changed && wanted == before) co_return Result<void>();
    set->tree.root.object_at("spec", set->tree.arena)
        .set("replicas", json::Value::integer(wanted), set->tree.arena);
    CO_TRY_OK(co_await write(set));
    if (wanted == before) co_return Result<void>();
    tell(EventSink::Type::kNormal, "ScalingReplicaSet",
         fmt::format("Scaled {} replica set {} from {} to {}", wanted > before ? "up" : "down", set->name,
                     before, wanted));
    co_return Result<void>();
  }

  Task<Result<void>> clean_up() {
    auto old = rollout_.old();
    for (const auto* set : beyond_history(rollout_.deployment.root, {old.begin(), old.end()})) {
      auto done = co_await sets().remove(set->name);
      if (!done && !is_not_found(done.error())) co_return std::unexpected(std::move(done).error());
    }
    co_return Result<void>();
  }

  const Context& context_;
  Rollout rollout_;
  std::string before_;
};

}  // namespace

Sets Rollout::all() {
  Sets result;
  for (auto& set : sets) result.push_back(&set);
  return result;
}

Sets Rollout::old() {
  Sets result;
  for (auto& set : sets) {
    if (&set != new_set) result.push_back(&set);
  }
  return result;
}

Task<Result<std::optional<std::int64_t>>> pass(const Context& context, Rollout rollout) {
  Pass under_way(context, std::move(rollout));
  co_return co_await under_way.run();
}

}  // namespace pedalion::controllers::deployment
