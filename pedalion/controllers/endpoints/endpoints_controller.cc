#include "pedalion/controllers/endpoints/endpoints_controller.h"

#include "pedalion/apimachinery/json/write.h"
#include "pedalion/client/api/dynamic_client.h"
#include "pedalion/controllers/endpoints/endpoints_object.h"
#include "pedalion/controllers/endpoints/service_follower.h"
#include "pedalion/controllers/keyed_worker.h"
#include "pedalion/controllers/requests.h"

namespace pedalion::controllers::endpoints {
namespace {

const meta::GroupVersionResource kEndpoints{"", "v1", "endpoints"};
constexpr int kWorkers = 5;

class EndpointsController final : public Controller {
 public:
  explicit EndpointsController(const Context& context)
      : client_(context.client, kEndpoints),
        present_(context.informers.of(kEndpoints)),
        services_(context, [this](std::string key) { worker_.add(std::move(key)); }),
        worker_(
            context.loop, "endpoints-controller", kWorkers,
            [this](std::string key) { return sync(std::move(key)); }, [this] { return ready(); }) {}

 private:
  Task<void> ready() {
    co_await services_.wait_for_sync();
    co_await present_.wait_for_sync();
  }

  Task<Result<void>> sync(std::string key) {
    auto slash = key.find('/');
    auto space = key.substr(0, slash), name = key.substr(slash + 1);
    auto object = services_.service(space, name);
    auto place = client_.in_namespace(space);
    auto present = present_.get(space, name);
    if (!object) {
      // Whatever told of a service that is gone tells of nothing.
      if (!present) co_return Result<void>();
      auto removed = co_await place.remove(name);
      if (!removed && !is_not_found(removed.error())) co_return std::unexpected(std::move(removed).error());
      co_return Result<void>();
    }
    auto service = object.parse();
    if (!has_endpoints(service.root)) co_return Result<void>();
    auto pods = services_.pods_in(space);
    std::vector<const json::Value*> trees;
    for (const auto& pod : pods) trees.push_back(&pod.root);
    auto before = present ? present.parse() : json::Document();
    auto wanted = wanted_endpoints(service.root, trees, present ? &before.root : nullptr);
    if (!wanted) co_return Result<void>();
    Bytes text(json::to_string(wanted->root));
    auto written = present ? co_await place.update(name, text) : co_await place.create(text);
    if (!written && !is_namespace_ending(written.error()))
      co_return std::unexpected(std::move(written).error());
    co_return Result<void>();
  }

  client::api::ResourceClient client_;
  client::informer::Informer& present_;
  ServiceFollower services_;
  KeyedWorker worker_;  // the last member: it uses all others
};

}  // namespace

std::unique_ptr<Controller> make_endpoints_controller(const Context& context) {
  return std::make_unique<EndpointsController>(context);
}

}  // namespace pedalion::controllers::endpoints
