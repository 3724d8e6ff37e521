#include "pedalion/controllers/replicaset/replicaset_controller.h"

#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/client/api/dynamic_client.h"
#include "pedalion/controllers/claims.h"
#include "pedalion/controllers/keyed_worker.h"
#include "pedalion/controllers/owner_index.h"
#include "pedalion/controllers/pod_control.h"
#include "pedalion/controllers/replicaset/replicas.h"

namespace pedalion::controllers::replicaset {
namespace {

using client::api::Object;

const meta::GroupVersionResource kReplicaSets{"apps", "v1", "replicasets"};
const meta::GroupVersionResource kPods{"", "v1", "pods"};
constexpr std::string_view kName = "replicaset-controller";
constexpr int kWorkers = 5;

class ReplicaSetController final : public Controller {
 public:
  explicit ReplicaSetController(const Context& context)
      : context_(context),
        sets_(context.informers.of(kReplicaSets)),
        pods_(context.informers.of(kPods)),
        pod_control_(context, std::string(kName)),
        worker_(
            context.loop, std::string(kName), kWorkers,
            [this](std::string key) { return sync(std::move(key)); }, [this] { return ready(); }) {
    index_by_controller(pods_);
    auto look = [this](const Object& set) { worker_.add(client::api::key_of(set)); };
    sets_.add_handler({.on_add = [look](const Object& set, bool) { look(set); },
                       .on_update = [look](const Object&, const Object& now) { look(now); },
                       .on_delete = [look](const Object& last, bool) { look(last); }});
    pod_control_.follow(
        pods_, "ReplicaSet", [this](const std::string& key) { worker_.add(key); },
        [this](const Object& pod) { look_for_adopters(pod); });
  }

 private:
  Task<void> ready() {
    co_await sets_.wait_for_sync();
    co_await pods_.wait_for_sync();
  }

  /// A pod without a controller may be one that a set selects.
  void look_for_adopters(const Object& pod) {
    auto tree = pod.parse();
    for (const auto& set : sets_.list(pod.namespace_())) {
      auto selector = selector_of(set.parse().root);
      if (selector && matches(*selector, labels_of(tree.root))) worker_.add(client::api::key_of(set));
    }
  }

  static Result<selector::LabelSelector> selector_of(const json::Value& set) {
    const auto* selector = set.at({"spec", "selector"});
    if (selector == nullptr) return std::unexpected(Status(400, "BadRequest", "there is no selector"));
    return selector::LabelSelector::from_object(*selector);
  }

  Task<Result<void>> sync(std::string key) {
    auto slash = key.find('/');
    auto object = sets_.get(key.substr(0, slash), key.substr(slash + 1));
    if (!object) {
      pod_control_.expectations().forget(key);
      co_return Result<void>();
    }
    bool settled = pod_control_.expectations().met(key, Expectations::Clock::now());
    auto set = object.parse();
    auto owner = owner_of(set.root, kReplicaSets);
    CO_TRY(auto selector, selector_of(set.root));
    CO_TRY(auto dependents,
           co_await claim_dependents(context_.client, pods_, kPods, owner, std::move(selector)));
    std::vector<CountedPod> counted;
    for (const auto& pod : dependents) counted.push_back({read_pod(pod.tree.root), labels_of(pod.tree.root)});
    Failure failure;
    if (settled && !owner.deleted) failure = co_await manage(key, owner, &set.root, &counted);
    auto now = meta::now_seconds();
    if (update_status(set.root, counted, failure, now, set.arena)) {
      CO_TRY_OK(co_await client::api::ResourceClient(context_.client, kReplicaSets)
                    .in_namespace(owner.namespace_name)
                    .update(owner.name, Bytes(json::to_string(set.root)), {}, "status"));
    }
    if (auto wait = seconds_to_next_available(set.root, counted, now); wait > 0)
      worker_.add_after(key, std::chrono::seconds(wait));
    if (failure.reason.empty()) co_return Result<void>();
    co_return std::unexpected(Status(500, "InternalError", failure.message));
  }

  Task<Failure> manage(std::string key, OwnerObject owner, const json::Value* set,
                       const std::vector<CountedPod>* counted) {
    std::vector<PodView> pods;
    for (const auto& pod : *counted) pods.push_back(pod.pod);
    auto plan = plan_replicas(*set, pods, meta::now_seconds());
    if (plan.create > 0) {
      json::Document pod;
      pod.root = pod_from_template(*set->at({"spec", "template"}), owner.namespace_name, owner.name + "-",
                                   owner.view(), pod.arena);
      auto made = co_await pod_control_.create(key, owner, plan.create, Bytes(json::to_string(pod.root)));
      if (!made) co_return Failure{"FailedCreate", made.error().message};
    }
    if (!plan.remove.empty()) {
      auto removed = co_await pod_control_.remove(key, owner, std::move(plan.remove));
      if (!removed) co_return Failure{"FailedDelete", removed.error().message};
    }
    co_return Failure{};
  }

  Context context_;
  client::informer::Informer& sets_;
  client::informer::Informer& pods_;
  PodControl pod_control_;
  KeyedWorker worker_;  // the last member: it uses all others
};

}  // namespace

std::unique_ptr<Controller> make_replicaset_controller(const Context& context) {
  return std::make_unique<ReplicaSetController>(context);
}

}  // namespace pedalion::controllers::replicaset
