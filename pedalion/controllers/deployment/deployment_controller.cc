#include "pedalion/controllers/deployment/deployment_controller.h"

#include <algorithm>

#include "pedalion/controllers/deployment/rollout.h"
#include "pedalion/controllers/keyed_worker.h"
#include "pedalion/controllers/owner_index.h"
#include "pedalion/controllers/pods.h"

namespace pedalion::controllers::deployment {
namespace {

using client::api::Object;

const meta::GroupVersionResource kDeployments{"apps", "v1", "deployments"};
const meta::GroupVersionResource kReplicaSets{"apps", "v1", "replicasets"};
const meta::GroupVersionResource kPods{"", "v1", "pods"};
constexpr int kWorkers = 5;

Result<selector::LabelSelector> selector_of(const json::Value& deployment) {
  const auto* selector = deployment.at({"spec", "selector"});
  if (selector == nullptr) return std::unexpected(Status(400, "BadRequest", "there is no selector"));
  return selector::LabelSelector::from_object(*selector);
}

class DeploymentController final : public Controller {
 public:
  explicit DeploymentController(const Context& context)
      : context_(context),
        deployments_(context.informers.of(kDeployments)),
        sets_(context.informers.of(kReplicaSets)),
        pods_(context.informers.of(kPods)),
        worker_(
            context.loop, "deployment-controller", kWorkers,
            [this](std::string key) { return sync(std::move(key)); }, [this] { return ready(); }) {
    index_by_controller(sets_);
    index_by_controller(pods_);
    auto look = [this](const Object& object) { worker_.add(client::api::key_of(object)); };
    deployments_.add_handler({.on_add = [look](const Object& object, bool) { look(object); },
                              .on_update = [look](const Object&, const Object& now) { look(now); },
                              .on_delete = [look](const Object& last, bool) { look(last); }});
    sets_.add_handler({.on_add = [this](const Object& set, bool) { look_at_owner(set); },
                       .on_update =
                           [this](const Object& before, const Object& now) {
                             look_at_owner(now);
                             if (controller_uid(before.parse().root) != controller_uid(now.parse().root))
                               look_at_owner(before);
                           },
                       .on_delete = [this](const Object& last, bool) { look_at_owner(last); }});
    // A deployment that waits for its last pod to end hears of it here only.
    pods_.add_handler({.on_add = {}, .on_update = {}, .on_delete = [this](const Object& pod, bool) {
                         look_after_pod(pod);
                       }});
  }

 private:
  Task<void> ready() {
    co_await deployments_.wait_for_sync();
    co_await sets_.wait_for_sync();
    co_await pods_.wait_for_sync();
  }

  void look_at_owner(const Object& set) {
    auto tree = set.parse();
    if (const auto* owner = controller_of(tree.root)) {
      if (owner->string_at({"kind"}) == "Deployment")
        worker_.add(client::api::key_of(set.namespace_(), owner->string_at({"name"})));
      return;
    }
    if (set.deleted()) return;
    for (const auto& deployment : deployments_.list(set.namespace_())) {
      auto selector = selector_of(deployment.parse().root);
      if (selector && matches(*selector, labels_of(tree.root))) worker_.add(client::api::key_of(deployment));
    }
  }

  void look_after_pod(const Object& pod) {
    auto tree = pod.parse();
    const auto* owner = controller_of(tree.root);
    if (owner == nullptr || owner->string_at({"kind"}) != "ReplicaSet") return;
    if (auto set = sets_.get(pod.namespace_(), owner->string_at({"name"}))) look_at_owner(set);
  }

  std::size_t pods_of(const std::string& uid) const {
    auto pods = owned_by(pods_, uid);
    return static_cast<std::size_t>(std::ranges::count_if(
        pods, [](const Object& pod) { return !read_pod(pod.parse().root).finished(); }));
  }

  Task<Result<void>> sync(std::string key) {
    auto slash = key.find('/');
    auto object = deployments_.get(key.substr(0, slash), key.substr(slash + 1));
    if (!object) co_return Result<void>();
    Rollout rollout;
    rollout.deployment = object.parse();
    rollout.owner = owner_of(rollout.deployment.root, kDeployments);
    rollout.pods_of = [this](const std::string& uid) { return pods_of(uid); };
    CO_TRY(auto selector, selector_of(rollout.deployment.root));
    CO_TRY(auto claimed, co_await claim_dependents(context_.client, sets_, kReplicaSets, rollout.owner,
                                                   std::move(selector)));
    for (auto& set : claimed) rollout.sets.emplace_back(std::move(set.tree));
    std::ranges::sort(rollout.sets, {}, [](const SetState& set) { return std::tie(set.created, set.name); });
    CO_TRY(auto again, co_await pass(context_, std::move(rollout)));
    if (again) worker_.add_after(key, std::chrono::seconds(*again));
    co_return Result<void>();
  }

  Context context_;
  client::informer::Informer& deployments_;
  client::informer::Informer& sets_;
  client::informer::Informer& pods_;
  KeyedWorker worker_;  // the last member: it uses all others
};

}  // namespace

std::unique_ptr<Controller> make_deployment_controller(const Context& context) {
  return std::make_unique<DeploymentController>(context);
}

}  // namespace pedalion::controllers::deployment
