#include "pedalion/controllers/resource_quota/resource_quota_controller.h"

#include <deque>
#include <map>
#include <optional>

#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/client/api/discovery.h"
#include "pedalion/client/api/dynamic_client.h"
#include "pedalion/controllers/keyed_worker.h"
#include "pedalion/controllers/requests.h"
#include "pedalion/controllers/resource_quota/quota_usage.h"

namespace pedalion::controllers::resource_quota {
namespace {

using client::api::Object;
using client::informer::Informer;
using Clock = std::chrono::steady_clock;

const meta::GroupVersionResource kQuotas{"", "v1", "resourcequotas"};
constexpr std::string_view kName = "resourcequota-controller";
constexpr int kWorkers = 2;
constexpr std::chrono::milliseconds kMoment{20};  // changes that come together are looked at together
/// As long as this after a quota was written, what was charged before may not have been stored and seen.
constexpr std::chrono::milliseconds kQuiet{250};
constexpr std::chrono::minutes kResync{5};
constexpr std::chrono::seconds kDiscoveryPeriod{30};

class QuotaController final : public Controller {
 public:
  explicit QuotaController(const Context& context)
      : context_(context),
        quotas_(context.informers.of(kQuotas)),
        worker_(
            context.loop, std::string(kName), kWorkers, [this](std::string key) { return sync(key); },
            [this] { return quotas_.wait_for_sync(); }) {
    quotas_.add_handler({.on_add = [this](const Object& quota, bool) { saw(quota); },
                         .on_update = [this](const Object&, const Object& quota) { saw(quota); },
                         .on_delete = [this](const Object& quota, bool) { written_.erase(key_of(quota)); }});
  }

 private:
  /// A resource that some quota counts.
  struct Counted {
    quota::Evaluator evaluator;
    Informer& objects;
  };

  void saw(const Object& quota) {
    written_.insert_or_assign(key_of(quota), Clock::now());
    worker_.add(key_of(quota));
  }

  /// Objects have come, changed or gone.
  void look_at(const Object& object) {
    for (const auto& quota : quotas_.list(object.namespace_())) worker_.add_after(key_of(quota), kMoment);
  }

  Counted& watched(const meta::GroupVersionResource& resource, quota::Evaluator evaluator) {
    auto found = counted_.find(resource);
    if (found != counted_.end()) return *found->second;
    Informer& objects = context_.informers.of(resource);
    objects.add_handler({.on_add =
                             [this](const Object& object, bool initial) {
                               if (!initial) look_at(object);
                             },
                         .on_update = [this](const Object&, const Object& object) { look_at(object); },
                         .on_delete = [this](const Object& object, bool) { look_at(object); }});
    context_.informers.start();
    return *counted_.emplace(resource, std::make_unique<Counted>(std::move(evaluator), objects))
                .first->second;
  }

  /// What the server has changes seldom, quotas are looked at often.
  Task<Result<void>> rediscover() {
    if (discovered_at_ && Clock::now() - *discovered_at_ < kDiscoveryPeriod) co_return Result<void>();
    CO_TRY(discovered_, co_await client::api::discover(context_.client));
    discovered_at_ = Clock::now();
    co_return Result<void>();
  }

  /// The resources that a quota with these limits counts, watched.
  Task<Result<std::vector<Counted*>>> counted_by(quota::ResourceList hard) {
    CO_TRY_OK(co_await rediscover());
    std::vector<Counted*> all;
    for (const auto* resource : discovered_.preferred({"list", "watch"})) {
      meta::GroupResource name{resource->resource.group, resource->resource.resource};
      if (!resource->namespaced || quota::is_never_counted(name)) continue;
      quota::Evaluator evaluator(name);
      if (!evaluator.counted(hard).empty()) all.push_back(&watched(resource->resource, std::move(evaluator)));
    }
    for (auto* counted : all) co_await counted->objects.wait_for_sync();
    co_return all;
  }

  Task<Result<void>> sync(std::string key) {
    auto object = find(key);
    if (!object) co_return Result<void>();
    auto quota = object.parse();
    CO_TRY(auto hard, limits_of(quota.root));
    CO_TRY(auto counted, co_await counted_by(std::move(hard)));
    // What was seen of the quota before the objects were looked at is what the new status must follow.
    if (find(key).resource_version() != object.resource_version()) {
      worker_.add(key);
      co_return Result<void>();
    }
    CO_TRY(auto used, measure(quota.root, counted, std::string(object.namespace_())));
    CO_TRY(auto change, wanted_status(quota.root, used));
    worker_.add_after(key, kResync);
    if (!change) co_return Result<void>();
    auto quiet = Clock::now() - written_[key];
    if (change->lowers && quiet < kQuiet) {
      worker_.add_after(key, std::chrono::ceil<std::chrono::milliseconds>(kQuiet - quiet));
      co_return Result<void>();
    }
    auto written =
        co_await client::api::ResourceClient(context_.client, kQuotas)
            .in_namespace(object.namespace_())
            .update(std::string(object.name()), Object::of(change->quota.root)->json(), {}, "status");
    bool fine = written || is_not_found(written.error());
    if (!fine) co_return std::unexpected(std::move(written).error());
    co_return Result<void>();
  }

  Object find(const std::string& key) const {
    auto slash = key.find('/');
    return quotas_.get(key.substr(0, slash), key.substr(slash + 1));
  }

  static Result<quota::ResourceList> measure(const json::Value& quota, const std::vector<Counted*>& all,
                                             const std::string& space) {
    std::deque<json::Document> trees;  // what the pointers below point into
    std::vector<CountedObjects> counted;
    for (const auto* one : all) {
      CountedObjects objects{one->evaluator, {}};
      for (const auto& object : one->objects.list(space))
        objects.objects.push_back(&trees.emplace_back(object.parse()).root);
      counted.push_back(std::move(objects));
    }
    return used_of(quota, counted, {.now = meta::now()});
  }

  Context context_;
  Informer& quotas_;
  client::api::Discovery discovered_;
  std::optional<Clock::time_point> discovered_at_;
  std::map<meta::GroupVersionResource, std::unique_ptr<Counted>> counted_;
  std::map<std::string, Clock::time_point> written_;  // when each quota was last seen to change
  KeyedWorker worker_;                                // the last member: it uses all others
};

}  // namespace

std::unique_ptr<Controller> make_resource_quota_controller(const Context& context) {
  return std::make_unique<QuotaController>(context);
}

}  // namespace pedalion::controllers::resource_quota
