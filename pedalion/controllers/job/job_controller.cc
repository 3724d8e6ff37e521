#include "pedalion/controllers/job/job_controller.h"

#include <algorithm>

#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/base/log.h"
#include "pedalion/controllers/job/job_plan.h"
#include "pedalion/controllers/keyed_worker.h"
#include "pedalion/controllers/owner_index.h"
#include "pedalion/controllers/pod_control.h"
#include "pedalion/controllers/requests.h"

namespace pedalion::controllers::job {
namespace {

using client::api::Object;
using client::api::ResourceClient;

const meta::GroupVersionResource kJobs{"batch", "v1", "jobs"};
const meta::GroupVersionResource kPods{"", "v1", "pods"};
constexpr std::string_view kName = "job-controller", kManager = "kubernetes.io/job-controller";
constexpr int kWorkers = 5;

class JobController final : public Controller {
 public:
  explicit JobController(const Context& context)
      : context_(context),
        jobs_(context.informers.of(kJobs)),
        pods_(context.informers.of(kPods)),
        pod_control_(context, std::string(kName)),
        orphans_(
            context.loop, "job-controller", 1,
            [this](std::string key) { return let_orphan_go(std::move(key)); }, [this] { return ready(); }),
        worker_(
            context.loop, "job-controller", kWorkers,
            [this](std::string key) { return sync(std::move(key)); }, [this] { return ready(); }) {
    index_by_controller(pods_);
    auto look = [this](const Object& job) { worker_.add(client::api::key_of(job)); };
    jobs_.add_handler({.on_add = [look](const Object& job, bool) { look(job); },
                       .on_update = [look](const Object&, const Object& now) { look(now); },
                       .on_delete =
                           [this, look](const Object& last, bool) {
                             look(last);
                             for (const auto& pod : owned_by(pods_, last.uid()))
                               orphans_.add(client::api::key_of(pod));
                           }});
    pod_control_.follow(
        pods_, "Job", [this](const std::string& key) { worker_.add(key); },
        [this](const Object& pod) { orphans_.add(client::api::key_of(pod)); });
    // Pods may come, or be left, after their job has gone.
    pods_.add_handler({.on_add = [this](const Object& pod, bool) { orphans_.add(client::api::key_of(pod)); },
                       .on_update =
                           [this](const Object&, const Object& now) {
                             if (now.deleted()) orphans_.add(client::api::key_of(now));
                           },
                       .on_delete = {}});
  }

 private:
  Task<void> ready() {
    co_await jobs_.wait_for_sync();
    co_await pods_.wait_for_sync();
  }

  /// A pod whose job is not there any more is held by nobody.
  Task<Result<void>> let_orphan_go(std::string key) {
    auto slash = key.find('/');
    auto object = pods_.get(key.substr(0, slash), key.substr(slash + 1));
    if (!object) co_return Result<void>();
    auto pod = object.parse();
    if (!read_job_pod(pod.root).tracked) co_return Result<void>();
    if (const auto* owner = controller_of(pod.root)) {
      if (owner->string_at({"kind"}) != "Job") co_return Result<void>();
      auto job = jobs_.get(object.namespace_(), owner->string_at({"name"}));
      if (job && job.uid() == owner->string_at({"uid"})) co_return Result<void>();
      // The job may be there and not have been seen yet.
      auto request = get_request(context_.client, kJobs, object.namespace_());
      request.name(owner->string_at({"name"})).accept(kMetadataOnly);
      const std::string uid(owner->string_at({"uid"}));
      auto latest = co_await fetch(std::move(request));
      if (latest && latest->root.string_at({"metadata", "uid"}) == uid) co_return Result<void>();
      if (!latest && !is_not_found(latest.error())) co_return std::unexpected(std::move(latest).error());
    }
    co_return co_await untrack(std::string(object.namespace_()), read_pod(pod.root));
  }

  Task<Result<void>> untrack(std::string space, PodView pod) {
    json::Arena arena;
    auto patch = json::Value::object(arena);
    auto& metadata = patch.object_at("metadata", arena);
    metadata.set("uid", json::Value::string(pod.uid), arena);
    metadata.set("$deleteFromPrimitiveList/finalizers", json::Value::array(arena), arena)
        .push_back(json::Value::string(kFinalizer), arena);
    auto done = co_await ResourceClient(context_.client, kPods)
                    .in_namespace(space)
                    .patch(pod.name, client::rest::PatchType::kStrategicMerge, Bytes(json::to_string(patch)));
    // It is gone, or another has its name.
    bool fine = done || is_not_found(done.error()) || done.error().code == 422 || done.error().code == 409;
    if (!fine) co_return std::unexpected(std::move(done).error());
    co_return Result<void>();
  }

  Task<Result<void>> sync(std::string key) {
    auto slash = key.find('/');
    auto object = jobs_.get(key.substr(0, slash), key.substr(slash + 1));
    if (!object) {
      pod_control_.expectations().forget(key);
      co_return Result<void>();
    }
    bool settled = pod_control_.expectations().met(key, Expectations::Clock::now());
    auto job = object.parse();
    auto owner = owner_of(job.root, kJobs);
    auto manager = job.root.string_at({"spec", "managedBy"});
    if (!manager.empty() && manager != kManager) co_return Result<void>();
    const auto* selector = job.root.at({"spec", "selector"});
    if (selector == nullptr) co_return Result<void>();
    CO_TRY(auto selected, selector::LabelSelector::from_object(*selector));
    CO_TRY(auto dependents,
           co_await claim_dependents(context_.client, pods_, kPods, owner, std::move(selected)));
    std::vector<JobPod> pods;
    for (const auto& pod : dependents) pods.push_back(read_job_pod(pod.tree.root));
    if (owner.deleted || is_finished(job.root)) co_return co_await let_all_go(owner, std::move(pods));
    if (auto missing = unsupported(job.root); !missing.empty()) {
      tell(owner, {true, "Unsupported",
                   "spec." + std::string(missing) + " is not there yet: the job is left alone"});
      co_return Result<void>();
    }
    co_return co_await carry_out(key, std::move(owner), std::move(job), std::move(pods), settled);
  }

  Task<Result<void>> let_all_go(OwnerObject owner, std::vector<JobPod> pods) {
    for (const auto& pod : pods) {
      if (pod.tracked) CO_TRY_OK(co_await untrack(owner.namespace_name, pod.view));
    }
    co_return Result<void>();
  }

  Task<Result<void>> carry_out(std::string key, OwnerObject owner, json::Document job,
                               std::vector<JobPod> pods, bool settled) {
    auto before = json::to_string(*job.root.find("status"), json::SortKeys::kYes);
    auto plan = plan_job(job, pods, settled, meta::now_seconds());
    // First pods are lost and made, then it is said how many there are.
    for (const auto& pod : plan.remove) {
      if (!plan.removed_count) CO_TRY_OK(co_await untrack(owner.namespace_name, pod));
    }
    if (!plan.remove.empty()) CO_TRY_OK(co_await pod_control_.remove(key, owner, plan.remove));
    std::vector<Bytes> wanted;
    for (int count = 0; count < plan.create; ++count) wanted.push_back(text_of(job, owner, std::nullopt));
    for (auto index : plan.create_indexes) wanted.push_back(text_of(job, owner, index));
    if (!wanted.empty()) CO_TRY_OK(co_await pod_control_.create(key, owner, std::move(wanted)));
    if (json::to_string(*job.root.find("status"), json::SortKeys::kYes) != before) {
      CO_TRY_OK(co_await ResourceClient(context_.client, kJobs)
                    .in_namespace(owner.namespace_name)
                    .update(owner.name, Bytes(json::to_string(job.root)), {}, "status"));
    }
    for (const auto& event : plan.events) tell(owner, event);
    for (const auto& pod : plan.untrack) CO_TRY_OK(co_await untrack(owner.namespace_name, pod));
    if (plan.again > 0) worker_.add_after(key, std::chrono::seconds(plan.again));
    co_return Result<void>();
  }

  static Bytes text_of(const json::Document& job, const OwnerObject& owner,
                       std::optional<std::int64_t> index) {
    return Bytes(json::to_string(pod_of(job.root, owner.view(), index).root));
  }

  void tell(const OwnerObject& owner, const JobEvent& event) const {
    context_.events.record(
        kName, {owner.api_version, owner.kind, owner.namespace_name, owner.name, owner.uid},
        event.warning ? EventSink::Type::kWarning : EventSink::Type::kNormal, event.reason, event.message);
  }

  Context context_;
  client::informer::Informer& jobs_;
  client::informer::Informer& pods_;
  PodControl pod_control_;
  KeyedWorker orphans_;  // pods
  KeyedWorker worker_;   // the last members: they use all others
};

}  // namespace

std::unique_ptr<Controller> make_job_controller(const Context& context) {
  return std::make_unique<JobController>(context);
}

}  // namespace pedalion::controllers::job
