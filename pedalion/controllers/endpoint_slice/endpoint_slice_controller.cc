#include "pedalion/controllers/endpoint_slice/endpoint_slice_controller.h"

#include "pedalion/apimachinery/json/write.h"
#include "pedalion/client/api/dynamic_client.h"
#include "pedalion/controllers/endpoint_slice/slices.h"
#include "pedalion/controllers/endpoints/service_endpoints.h"
#include "pedalion/controllers/endpoints/service_follower.h"
#include "pedalion/controllers/expectations.h"
#include "pedalion/controllers/keyed_worker.h"
#include "pedalion/controllers/requests.h"

namespace pedalion::controllers::endpoint_slice {
namespace {

using client::api::Object;

const meta::GroupVersionResource kSlices{"discovery.k8s.io", "v1", "endpointslices"};
constexpr int kWorkers = 5;
/// How soon a service is looked at again whose slices have been written and not been seen yet.
constexpr std::chrono::milliseconds kLag{100};

class EndpointSliceController final : public Controller {
 public:
  explicit EndpointSliceController(const Context& context)
      : client_(context.client, kSlices),
        slices_(context.informers.of(kSlices)),
        services_(context, [this](std::string key) { worker_.add(std::move(key)); }),
        worker_(
            context.loop, "endpointslice-controller", kWorkers,
            [this](std::string key) { return sync(std::move(key)); }, [this] { return ready(); }) {
    slices_.add_handler(
        {.on_add = [this](const Object& slice, bool) { changed(slice, true, false); },
         .on_update = [this](const Object&, const Object& now) { changed(now, false, false); },
         .on_delete = [this](const Object& last, bool) { changed(last, false, true); }});
  }

 private:
  Task<void> ready() {
    co_await services_.wait_for_sync();
    co_await slices_.wait_for_sync();
  }

  /// Others may change a slice, or take it away.
  void changed(const Object& slice, bool added, bool gone) {
    auto tree = slice.parse();
    if (!is_managed(tree.root) || service_of(tree.root).empty()) return;
    auto key = client::api::key_of(slice.namespace_(), service_of(tree.root));
    if (added) expectations_.creation_seen(key);
    if (gone) expectations_.deletion_seen(key, std::string(slice.name()));
    worker_.add(key);
  }

  Task<Result<void>> sync(std::string key) {
    auto slash = key.find('/');
    auto space = key.substr(0, slash), name = key.substr(slash + 1);
    auto object = services_.service(space, name);
    // The slices of a service that is gone go with it: it owns them.
    if (!object) {
      expectations_.forget(key);
      co_return Result<void>();
    }
    auto service = object.parse();
    if (!endpoints::has_endpoints(service.root)) co_return Result<void>();
    if (!expectations_.met(key, Expectations::Clock::now())) {
      worker_.add_after(key, kLag);
      co_return Result<void>();
    }
    auto pods = services_.pods_in(space);
    std::vector<json::Document> present;
    for (const auto& slice : slices_.list(space)) {
      auto tree = slice.parse();
      if (is_managed(tree.root) && service_of(tree.root) == name) present.push_back(std::move(tree));
    }
    co_return co_await carry_out(key, space, plan_slices(service.root, trees(pods), trees(present)));
  }

  static std::vector<const json::Value*> trees(const std::vector<json::Document>& documents) {
    std::vector<const json::Value*> result;
    for (const auto& document : documents) result.push_back(&document.root);
    return result;
  }

  Task<Result<void>> carry_out(std::string key, std::string space, SlicePlan plan) {
    auto place = client_.in_namespace(space);
    for (const auto& slice : plan.create) {
      expectations_.expect_creations(key, 1, Expectations::Clock::now());
      auto made = co_await place.create(Bytes(json::to_string(slice.root)));
      if (made) continue;
      expectations_.creation_seen(key);
      if (is_namespace_ending(made.error())) co_return Result<void>();
      co_return std::unexpected(std::move(made).error());
    }
    for (const auto& slice : plan.update) {
      CO_TRY_OK(co_await place.update(std::string(slice.root.string_at({"metadata", "name"})),
                                      Bytes(json::to_string(slice.root))));
    }
    for (const auto& name : plan.remove) {
      expectations_.expect_deletion(key, name, Expectations::Clock::now());
      auto removed = co_await place.remove(name);
      if (removed) continue;
      expectations_.deletion_seen(key, name);
      if (!is_not_found(removed.error())) co_return std::unexpected(std::move(removed).error());
    }
    co_return Result<void>();
  }

  client::api::ResourceClient client_;
  client::informer::Informer& slices_;
  Expectations expectations_;
  endpoints::ServiceFollower services_;
  KeyedWorker worker_;  // the last member: it uses all others
};

}  // namespace

std::unique_ptr<Controller> make_endpoint_slice_controller(const Context& context) {
  return std::make_unique<EndpointSliceController>(context);
}

}  // namespace pedalion::controllers::endpoint_slice
