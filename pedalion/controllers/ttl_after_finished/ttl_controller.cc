#include "pedalion/controllers/ttl_after_finished/ttl_controller.h"

#include <algorithm>

#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/client/api/dynamic_client.h"
#include "pedalion/controllers/conditions.h"
#include "pedalion/controllers/keyed_worker.h"
#include "pedalion/controllers/requests.h"

namespace pedalion::controllers::ttl_after_finished {
namespace {

using client::api::Object;

const meta::GroupVersionResource kJobs{"batch", "v1", "jobs"};

class TtlController final : public Controller {
 public:
  explicit TtlController(const Context& context)
      : client_(context.client, kJobs),
        jobs_(context.informers.of(kJobs)),
        worker_(
            context.loop, "ttl-after-finished-controller", 1,
            [this](std::string key) { return sync(std::move(key)); },
            [this] { return jobs_.wait_for_sync(); }) {
    auto look = [this](const Object& job) { worker_.add(client::api::key_of(job)); };
    jobs_.add_handler({.on_add = [look](const Object& job, bool) { look(job); },
                       .on_update = [look](const Object&, const Object& now) { look(now); },
                       .on_delete = {}});
  }

 private:
  Task<Result<void>> sync(std::string key) {
    auto slash = key.find('/');
    auto job = jobs_.get(key.substr(0, slash), key.substr(slash + 1));
    if (!job || job.deleted()) co_return Result<void>();
    auto left = seconds_left(job.parse().root, meta::now_seconds());
    if (!left) co_return Result<void>();
    if (*left > 0) {
      worker_.add_after(key, std::chrono::seconds(*left));
      co_return Result<void>();
    }
    client::api::DeleteOptions options;
    options.propagation = client::api::Propagation::kForeground;
    options.uid = job.uid();
    options.resource_version = job.resource_version();
    auto removed = co_await client_.in_namespace(job.namespace_()).remove(std::string(job.name()), options);
    if (!removed && !is_not_found(removed.error())) co_return std::unexpected(std::move(removed).error());
    co_return Result<void>();
  }

  client::api::ResourceClient client_;
  client::informer::Informer& jobs_;
  KeyedWorker worker_;  // the last member: it uses all others
};

}  // namespace

std::unique_ptr<Controller> make_ttl_controller(const Context& context) {
  return std::make_unique<TtlController>(context);
}

std::optional<std::int64_t> seconds_left(const json::Value& job, std::int64_t now) {
  const auto* ttl = job.at({"spec", "ttlSecondsAfterFinished"});
  const auto* status = job.find("status");
  if (ttl == nullptr || status == nullptr) return std::nullopt;
  for (std::string_view type : {"Complete", "Failed"}) {
    const auto* condition = find_condition(*status, type);
    if (condition == nullptr || condition->string_at({"status"}) != "True") continue;
    auto since = meta::parse_time(condition->string_at({"lastTransitionTime"}));
    if (since) return std::max<std::int64_t>(since->seconds + ttl->int_or(0) - now, 0);
  }
  return std::nullopt;
}

}  // namespace pedalion::controllers::ttl_after_finished
