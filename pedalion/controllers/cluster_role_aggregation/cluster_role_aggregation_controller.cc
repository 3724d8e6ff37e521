#include "pedalion/controllers/cluster_role_aggregation/cluster_role_aggregation_controller.h"

#include "pedalion/client/api/dynamic_client.h"
#include "pedalion/controllers/cluster_role_aggregation/aggregated_rules.h"
#include "pedalion/controllers/keyed_worker.h"

namespace pedalion::controllers::cluster_role_aggregation {
namespace {

using client::api::Object;

const meta::GroupVersionResource kClusterRoles{"rbac.authorization.k8s.io", "v1", "clusterroles"};
constexpr std::string_view kName = "clusterrole-aggregation-controller";
/// Any change may concern any role: they are looked at together, a moment after the first change.
constexpr std::string_view kAll = "all";
constexpr std::chrono::milliseconds kMoment{20};

class AggregationController final : public Controller {
 public:
  explicit AggregationController(const Context& context)
      : client_(context.client, kClusterRoles),
        roles_(context.informers.of(kClusterRoles)),
        worker_(
            context.loop, std::string(kName), 1, [this](std::string) { return sync(); },
            [this] { return roles_.wait_for_sync(); }) {
    auto look = [this] { worker_.add_after(std::string(kAll), kMoment); };
    roles_.add_handler({.on_add = [look](const Object&, bool) { look(); },
                        .on_update = [look](const Object&, const Object&) { look(); },
                        .on_delete = [look](const Object&, bool) { look(); }});
  }

 private:
  Task<Result<void>> sync() {
    std::vector<json::Document> roles;
    std::vector<const json::Value*> trees;
    for (const auto& role : roles_.list()) roles.push_back(role.parse());
    for (const auto& role : roles) trees.push_back(&role.root);
    for (const auto* role : trees) {
      CO_TRY(auto wanted, wanted_rules(*role, trees));
      if (!wanted) continue;
      client::api::PatchOptions options;
      options.field_manager = kName;
      options.force = true;
      CO_TRY_OK(co_await client_.apply(std::string(role->string_at({"metadata", "name"})),
                                       Bytes(std::move(*wanted)), options));
    }
    co_return Result<void>();
  }

  client::api::ResourceClient client_;
  client::informer::Informer& roles_;
  KeyedWorker worker_;  // the last member: it uses all others
};

}  // namespace

std::unique_ptr<Controller> make_cluster_role_aggregation_controller(const Context& context) {
  return std::make_unique<AggregationController>(context);
}

}  // namespace pedalion::controllers::cluster_role_aggregation
