#include "pedalion/controllers/pod_control.h"

#include <algorithm>
#include <optional>

#include "pedalion/controllers/all_of.h"
#include "pedalion/controllers/requests.h"

namespace pedalion::controllers {
namespace {

using client::api::Object;

const meta::GroupVersionResource kPods{"", "v1", "pods"};

}  // namespace

PodControl::PodControl(const Context& context, std::string component)
    : context_(context), component_(std::move(component)) {}

void PodControl::follow(client::informer::Informer& pods, std::string kind,
                        std::function<void(const std::string& key)> look,
                        std::function<void(const Object& pod)> orphan) {
  kind_ = std::move(kind);
  look_ = std::move(look);
  orphan_ = std::move(orphan);
  pods.add_handler({.on_add = [this](const Object& pod, bool) { saw(pod, !pod.deleted(), pod.deleted()); },
                    .on_update =
                        [this](const Object& before, const Object& now) {
                          saw(now, false, now.deleted());
                          // Whose it was has one less.
                          auto old_tree = before.parse(), tree = now.parse();
                          if (controller_uid(old_tree.root) != controller_uid(tree.root))
                            saw(before, false, false);
                        },
                    .on_delete = [this](const Object& last, bool) { saw(last, false, true); }});
}

void PodControl::saw(const Object& pod, bool added, bool gone) {
  auto tree = pod.parse();
  const auto* owner = controller_of(tree.root);
  if (owner == nullptr) {
    if (!gone) orphan_(pod);
    return;
  }
  if (owner->string_at({"kind"}) != kind_) return;
  auto key = client::api::key_of(pod.namespace_(), owner->string_at({"name"}));
  if (added) expectations_.creation_seen(key);
  if (gone) expectations_.deletion_seen(key, std::string(pod.uid()));
  look_(key);
}

void PodControl::tell(const OwnerObject& owner, EventSink::Type type, std::string_view reason,
                      std::string message) {
  context_.events.record(component_,
                         {owner.api_version, owner.kind, owner.namespace_name, owner.name, owner.uid}, type,
                         reason, message);
}

Task<void> PodControl::create_one(std::string key, const OwnerObject* owner, Bytes pod,
                                  std::optional<Status>* problem) {
  auto place = client::api::ResourceClient(context_.client, kPods).in_namespace(owner->namespace_name);
  auto made = co_await place.create(std::move(pod));
  if (made) {
    tell(*owner, EventSink::Type::kNormal, "SuccessfulCreate", "Created pod: " + std::string(made->name()));
    co_return;
  }
  expectations_.creation_seen(key);
  auto error = std::move(made).error();
  if (is_namespace_ending(error)) co_return;
  tell(*owner, EventSink::Type::kWarning, "FailedCreate", "Error creating: " + error.message);
  if (!*problem) *problem = std::move(error);
}

Task<Result<void>> PodControl::create(std::string key, OwnerObject owner, int count, Bytes pod) {
  return create(std::move(key), std::move(owner), std::vector<Bytes>(static_cast<std::size_t>(count), pod));
}

Task<Result<void>> PodControl::create(std::string key, OwnerObject owner, std::vector<Bytes> pods) {
  std::optional<Status> problem;
  for (std::size_t done = 0, batch = 1; done < pods.size() && !problem; batch *= 2) {
    auto end = std::min(done + batch, pods.size());
    expectations_.expect_creations(key, static_cast<int>(end - done), Expectations::Clock::now());
    std::vector<Task<void>> tasks;
    for (; done < end; ++done) tasks.push_back(create_one(key, &owner, pods[done], &problem));
    co_await all_of(context_.loop, std::move(tasks));
  }
  if (problem) co_return std::unexpected(std::move(*problem));
  co_return Result<void>();
}

Task<void> PodControl::remove_one(std::string key, const OwnerObject* owner, PodView pod,
                                  std::optional<Status>* problem) {
  auto place = client::api::ResourceClient(context_.client, kPods).in_namespace(owner->namespace_name);
  auto done = co_await place.remove(pod.name, {.uid = pod.uid});
  if (done) {
    tell(*owner, EventSink::Type::kNormal, "SuccessfulDelete", "Deleted pod: " + pod.name);
    co_return;
  }
  expectations_.deletion_seen(key, pod.uid);
  auto error = std::move(done).error();
  if (is_not_found(error)) co_return;
  tell(*owner, EventSink::Type::kWarning, "FailedDelete", "Error deleting: " + error.message);
  if (!*problem) *problem = std::move(error);
}

Task<Result<void>> PodControl::remove(std::string key, OwnerObject owner, std::vector<PodView> pods) {
  std::optional<Status> problem;
  std::vector<Task<void>> tasks;
  for (auto& pod : pods) {
    expectations_.expect_deletion(key, pod.uid, Expectations::Clock::now());
    tasks.push_back(remove_one(key, &owner, std::move(pod), &problem));
  }
  co_await all_of(context_.loop, std::move(tasks));
  if (problem) co_return std::unexpected(std::move(*problem));
  co_return Result<void>();
}

}  // namespace pedalion::controllers
