#include <algorithm>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/apimachinery/selector/label_selector.h"
#include "pedalion/registry/builtin/subresources/pod_doors.h"

namespace pedalion::registry::builtin::subresources {

using json::Value;
using rest::ObjectPtr;

namespace {

constexpr std::size_t kMaxDisrupted = 2000;  // beyond it the budget's controller has fallen behind

std::int64_t number_at(const Value& object, std::initializer_list<std::string_view> path) {
  const Value* value = object.at(path);
  return value == nullptr ? 0 : value->int_or(0);
}

Status refusal(const std::string& why, int retry_after = 0) {
  Status status = meta::too_many_requests("Cannot evict pod as it would violate the pod's disruption budget.",
                                          retry_after);
  status.mutable_details().causes.push_back({"DisruptionBudget", why, ""});
  return status;
}

/// A budget says nothing of a pod that is not at work.
bool ignores_budgets(const Value& pod) {
  std::string_view phase = pod.string_at({"status", "phase"});
  return phase == "Pending" || phase == "Succeeded" || phase == "Failed" ||
         pod.at({"metadata", "deletionTimestamp"}) != nullptr;
}

bool is_ready(const Value& pod) {
  const Value* conditions = pod.at({"status", "conditions"});
  if (conditions == nullptr) return false;
  for (const Value& condition : conditions->items()) {
    if (condition.string_at({"type"}) == "Ready") return condition.string_at({"status"}) == "True";
  }
  return false;
}

/// Whether the budget, if it is healthy, lets pods go that are not ready.
bool lets_unready_go(const Value& budget) {
  if (budget.string_at({"spec", "unhealthyPodEvictionPolicy"}) == "AlwaysAllow") return true;
  std::int64_t healthy = number_at(budget, {"status", "currentHealthy"});
  return healthy >= number_at(budget, {"status", "desiredHealthy"}) &&
         number_at(budget, {"status", "desiredHealthy"}) > 0;
}

Result<bool> selects(const Value& budget, const Value& pod) {
  const Value* wanted = budget.at({"spec", "selector"});
  if (wanted == nullptr || wanted->is_null()) return false;
  TRY(selector::LabelSelector selector, selector::LabelSelector::from_object(*wanted));
  std::vector<std::pair<std::string_view, std::string_view>> labels;
  if (const Value* own = pod.at({"metadata", "labels"}); own != nullptr) {
    for (const json::Member& label : own->members()) labels.emplace_back(label.name, label.value.string_or());
  }
  std::ranges::sort(labels);
  return selector.matches(labels);
}

Result<void> check(const Value& budget, const std::string& name) {
  std::string prefix = "The disruption budget " + name + " ";
  if (number_at(budget, {"status", "observedGeneration"}) < number_at(budget, {"metadata", "generation"})) {
    return std::unexpected(refusal(prefix + "is still being processed by the server.", 10));
  }
  if (number_at(budget, {"status", "disruptionsAllowed"}) > 0) return {};
  std::int64_t healthy = number_at(budget, {"status", "currentHealthy"});
  std::int64_t desired = number_at(budget, {"status", "desiredHealthy"});
  if (healthy > desired) return std::unexpected(refusal(prefix + "does not allow evicting pods currently"));
  return std::unexpected(refusal(prefix + "needs " + std::to_string(desired) + " healthy pods and has " +
                                 std::to_string(healthy) + " currently"));
}

/// The budget with one disruption less to give, and the pod among those that go.
Result<json::Document> charged(const watchcache::Object* current, const std::string& name,
                               const std::string& pod) {
  if (current == nullptr) return std::unexpected(meta::not_found({"policy", "poddisruptionbudgets"}, name));
  TRY(json::Document budget, json::parse(current->json.view()));
  TRY_OK(check(budget.root, name));
  json::Arena& arena = budget.arena;
  Value& status = budget.root.object_at("status", arena);
  Value& disrupted = status.object_at("disruptedPods", arena);
  if (disrupted.size() > kMaxDisrupted) {
    return std::unexpected(
        meta::forbidden({"policy", "poddisruptionbudgets"}, name,
                        "DisruptedPods map too big - too many evictions not confirmed by PDB "
                        "controller"));
  }
  std::int64_t left = number_at(budget.root, {"status", "disruptionsAllowed"}) - 1;
  status.set("disruptionsAllowed", Value::integer(left), arena);
  disrupted.set(pod, Value::string(meta::format_time(meta::now_seconds()), arena), arena);
  return budget;
}

rest::DeleteOptions delete_options(const Value& eviction, const rest::WriteOptions& options) {
  rest::DeleteOptions wanted;
  wanted.dry_run = options.dry_run;
  const Value* given = eviction.find("deleteOptions");
  if (given == nullptr) return wanted;
  if (const Value* dry = given->find("dryRun"); dry != nullptr && !dry->empty()) wanted.dry_run = true;
  if (const Value* grace = given->find("gracePeriodSeconds"); grace != nullptr && grace->is_int()) {
    wanted.grace_period_seconds = grace->as_int();
  }
  std::string_view policy = given->string_at({"propagationPolicy"});
  if (!policy.empty()) wanted.propagation_policy = std::string(policy);
  std::string_view uid = given->string_at({"preconditions", "uid"});
  if (!uid.empty()) wanted.preconditions.uid = std::string(uid);
  std::string_view version = given->string_at({"preconditions", "resourceVersion"});
  if (!version.empty()) wanted.preconditions.resource_version = std::string(version);
  return wanted;
}

}  // namespace

Task<Result<void>> EvictionCreater::charge(rest::RequestContext& context, const std::string& budget,
                                           const std::string& pod, bool dry_run) {
  auto make = [&](const watchcache::Object* current) { return charged(current, budget, pod); };
  rest::WriteOptions options;
  options.field_manager = "kube-apiserver";
  options.dry_run = dry_run;
  CO_TRY_OK(co_await evicted_.budget_status->update(
      context, budget, make, options, rest::CreateIfMissing::kNever, rest::FieldTracking::kUpdate));
  co_return Result<void>();
}

Task<Result<void>> EvictionCreater::ask_budgets(rest::RequestContext& context, const Value& pod,
                                                bool dry_run) {
  CO_TRY(rest::ObjectList budgets, co_await evicted_.budgets->list(context, {}));
  std::vector<json::Document> matching;
  for (const ObjectPtr& object : budgets.items) {
    CO_TRY(json::Document budget, json::parse(object->json.view()));
    CO_TRY(bool selected, selects(budget.root, pod));
    if (selected) matching.push_back(std::move(budget));
  }
  if (matching.empty()) co_return Result<void>();
  if (matching.size() > 1) {
    co_return std::unexpected(Status(
        500, "",
        "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."));
  }
  const Value& budget = matching.front().root;
  if (!is_ready(pod) && lets_unready_go(budget)) co_return Result<void>();
  co_return co_await charge(context, std::string(budget.string_at({"metadata", "name"})),
                            std::string(pod.string_at({"metadata", "name"})), dry_run);
}

Task<Result<ObjectPtr>> EvictionCreater::create(rest::RequestContext& context, std::string name,
                                                json::Document object, rest::WriteOptions options) {
  std::string_view own_name = std::as_const(object.root).string_at({"metadata", "name"});
  if (!own_name.empty() && own_name != name) {
    co_return std::unexpected(meta::bad_request("name in URL does not match name in Eviction object"));
  }
  rest::DeleteOptions wanted = delete_options(object.root, options);
  CO_TRY(ObjectPtr found, co_await evicted_.pods->get(context, name, {}));
  CO_TRY(json::Document pod, json::parse(found->json.view()));
  if (!ignores_budgets(pod.root)) {
    CO_TRY_OK(co_await ask_budgets(context, pod.root, wanted.dry_run));
  }
  CO_TRY_OK(co_await evicted_.deleter->remove(context, name, wanted));
  co_return created_status();
}

}  // namespace pedalion::registry::builtin::subresources
