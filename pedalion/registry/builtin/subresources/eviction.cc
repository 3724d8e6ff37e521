#include <algorithm>

#include "pedalion/apimachinery/codec/decode.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/apimachinery/selector/label_selector.h"
#include "pedalion/registry/builtin/subresources/pod_doors.h"
#include "pedalion/registry/rest/option_rules.h"

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

Status still_processed(const std::string& budget) {
  return refusal("The disruption budget " + budget + " is still being processed by the server.", 10);
}

bool is_over(const Value& pod) {
  std::string_view phase = pod.string_at({"status", "phase"});
  return phase == "Succeeded" || phase == "Failed" || pod.at({"metadata", "deletionTimestamp"}) != nullptr;
}

/// A budget says nothing of a pod that is not at work.
bool ignores_budgets(const Value& pod) {
  return is_over(pod) || pod.string_at({"status", "phase"}) == "Pending";
}

const Value* condition_of(const Value& object, std::string_view type) {
  const Value* conditions = object.at({"status", "conditions"});
  if (conditions == nullptr) return nullptr;
  for (const Value& condition : conditions->items()) {
    if (condition.string_at({"type"}) == type) return &condition;
  }
  return nullptr;
}

/// A condition that has its status already keeps the time it got it.
void set_condition(Value& object, Value condition, json::Arena& arena) {
  const Value& wanted = condition;
  std::string_view type = wanted.string_at({"type"}), state = wanted.string_at({"status"});
  Value since = Value::string(meta::format_time(meta::now_seconds()), arena);
  const Value* before = condition_of(object, type);
  if (before != nullptr && before->string_at({"status"}) == state) {
    if (const Value* time = before->find("lastTransitionTime")) since = *time;
  }
  condition.set("lastTransitionTime", since, arena);
  Value& status = object.object_at("status", arena);
  Value* conditions = status.find("conditions");
  if (conditions == nullptr) conditions = &status.set("conditions", Value::array(arena), arena);
  for (Value& present : conditions->items()) {
    if (std::as_const(present).string_at({"type"}) != type) continue;
    present = condition;
    return;
  }
  conditions->push_back(condition, arena);
}

Value made_condition(std::initializer_list<std::pair<std::string_view, std::string_view>> texts,
                     json::Arena& arena) {
  Value condition = Value::object(arena);
  for (auto [name, text] : texts) condition.append_member(name, Value::string(text), arena);
  return condition;
}

bool is_ready(const Value& pod) {
  const Value* ready = condition_of(pod, "Ready");
  return ready != nullptr && ready->string_at({"status"}) == "True";
}

/// Whether the budget, if it is healthy, lets pods go that are not ready.
bool lets_unready_go(const Value& budget) {
  if (budget.string_at({"spec", "unhealthyPodEvictionPolicy"}) == "AlwaysAllow") return true;
  std::int64_t healthy = number_at(budget, {"status", "currentHealthy"});
  return healthy >= number_at(budget, {"status", "desiredHealthy"}) &&
         number_at(budget, {"status", "desiredHealthy"}) > 0;
}

/// One whose selector cannot be read selects nothing.
bool selects(const Value& budget, const Value& pod) {
  const Value* wanted = budget.at({"spec", "selector"});
  if (wanted == nullptr || wanted->is_null()) return false;
  auto selector = selector::LabelSelector::from_object(*wanted);
  if (!selector) return false;
  std::vector<std::pair<std::string_view, std::string_view>> labels;
  if (const Value* own = pod.at({"metadata", "labels"}); own != nullptr) {
    for (const json::Member& label : own->members()) labels.emplace_back(label.name, label.value.string_or());
  }
  std::ranges::sort(labels);
  return selector->matches(labels);
}

Result<void> check(const Value& budget, const std::string& name) {
  auto forbidden = [&](std::string_view why) {
    return std::unexpected(meta::forbidden({"policy", "poddisruptionbudget"}, name, why));
  };
  std::string prefix = "The disruption budget " + name + " ";
  if (number_at(budget, {"status", "observedGeneration"}) < number_at(budget, {"metadata", "generation"})) {
    return std::unexpected(still_processed(name));
  }
  std::int64_t allowed = number_at(budget, {"status", "disruptionsAllowed"});
  if (allowed < 0) return forbidden("pdb disruptions allowed is negative");
  const Value* disrupted = budget.at({"status", "disruptedPods"});
  if (disrupted != nullptr && disrupted->size() > kMaxDisrupted) {
    return forbidden("DisruptedPods map too big - too many evictions not confirmed by PDB controller");
  }
  if (allowed > 0) return {};
  const Value* state = condition_of(budget, "DisruptionAllowed");
  if (state != nullptr && state->string_at({"status"}) == "False" &&
      state->string_at({"reason"}) == "SyncFailed") {
    return std::unexpected(refusal(prefix +
                                   "does not allow evicting pods currently because it failed sync: " +
                                   std::string(state->string_at({"message"}))));
  }
  std::int64_t healthy = number_at(budget, {"status", "currentHealthy"});
  std::int64_t desired = number_at(budget, {"status", "desiredHealthy"});
  if (healthy > desired) return std::unexpected(refusal(prefix + "does not allow evicting pods currently"));
  return std::unexpected(refusal(prefix + "needs " + std::to_string(desired) + " healthy pods and has " +
                                 std::to_string(healthy) + " currently"));
}

/// The budget with one disruption less to give, and the pod among those that go.
Result<json::Document> charged(const watchcache::Object* current, const schema::Type& type,
                               const std::string& name, const std::string& pod) {
  if (current == nullptr) return std::unexpected(meta::not_found({"policy", "poddisruptionbudgets"}, name));
  TRY(json::Document budget, json::parse(current->json.view()));
  TRY_OK(check(budget.root, name));
  json::Arena& arena = budget.arena;
  std::int64_t left = number_at(budget.root, {"status", "disruptionsAllowed"}) - 1;
  Value& status = budget.root.object_at("status", arena);
  status.set("disruptionsAllowed", Value::integer(left), arena);
  status.object_at("disruptedPods", arena)
      .set(pod, Value::string(meta::format_time(meta::now_seconds()), arena), arena);
  if (left == 0) {
    Value exhausted = made_condition(
        {{"type", "DisruptionAllowed"}, {"status", "False"}, {"reason", "InsufficientPods"}, {"message", ""}},
        arena);
    std::int64_t seen = number_at(budget.root, {"status", "observedGeneration"});
    exhausted.set("observedGeneration", Value::integer(seen), arena);
    set_condition(budget.root, exhausted, arena);
  }
  TRY_OK(codec::reshape(budget, type));
  return budget;
}

/// The pod with the reason why it goes, if it still is the one that was meant.
Result<json::Document> marked(const watchcache::Object* current, const schema::Type& type,
                              const std::string& name, const rest::Preconditions& asked) {
  if (current == nullptr) return std::unexpected(meta::not_found({"", "pods"}, name));
  TRY(json::Document pod, json::parse(current->json.view()));
  auto conflict = [&](std::string_view what, const std::string& wanted, std::string_view found) {
    return std::unexpected(meta::conflict({"", "Pod"}, name,
                                          "the " + std::string(what) + " in the precondition (" + wanted +
                                              ") does not match the " + std::string(what) + " in record (" +
                                              std::string(found) + "). The object might have been " +
                                              (what == "UID" ? "deleted and then recreated" : "modified")));
  };
  std::string_view uid = std::as_const(pod.root).string_at({"metadata", "uid"});
  if (asked.uid && !asked.uid->empty() && *asked.uid != uid) return conflict("UID", *asked.uid, uid);
  std::string version = std::to_string(current->revision);
  if (asked.resource_version && !asked.resource_version->empty() && *asked.resource_version != version) {
    return conflict("ResourceVersion", *asked.resource_version, version);
  }
  set_condition(pod.root,
                made_condition({{"type", "DisruptionTarget"},
                                {"status", "True"},
                                {"reason", "EvictionByEvictionAPI"},
                                {"message", "Eviction API: evicting"}},
                               pod.arena),
                pod.arena);
  TRY_OK(codec::reshape(pod, type));
  return pod;
}

Result<rest::DeleteOptions> delete_options(const Value& eviction, const rest::WriteOptions& options) {
  rest::DeleteOptions wanted;
  if (const Value* given = eviction.find("deleteOptions")) {
    TRY(wanted, rest::delete_options_of(*given));
  }
  wanted.dry_run = wanted.dry_run || options.dry_run;
  return wanted;
}

}  // namespace

Task<Result<void>> EvictionCreater::charge(rest::RequestContext& context, const std::string& budget,
                                           const std::string& pod, bool dry_run) {
  auto make = [&](const watchcache::Object* current) {
    return charged(current, *evicted_.budget_type, budget, pod);
  };
  rest::WriteOptions options;
  options.field_manager = "kube-apiserver";
  options.dry_run = dry_run;
  CO_TRY_OK(co_await evicted_.budget_status->update(
      context, budget, make, options, rest::CreateIfMissing::kNever, rest::FieldTracking::kUpdate));
  co_return Result<void>();
}

Task<Result<EvictionCreater::Asked>> EvictionCreater::ask_budgets(rest::RequestContext& context,
                                                                  const Value& pod, bool dry_run) {
  CO_TRY(rest::ObjectList budgets, co_await evicted_.budgets->list(context, {}));
  std::vector<json::Document> matching;
  for (const ObjectPtr& object : budgets.items) {
    CO_TRY(json::Document budget, json::parse(object->json.view()));
    if (selects(budget.root, pod)) matching.push_back(std::move(budget));
  }
  if (matching.empty()) co_return Asked();
  if (matching.size() > 1) {
    co_return std::unexpected(Status(
        500, "",
        "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."));
  }
  const Value& budget = matching.front().root;
  Asked asked{Leave::kFree, std::string(budget.string_at({"metadata", "name"}))};
  if (!is_ready(pod) && lets_unready_go(budget)) {
    asked.leave = Leave::kUnready;
    co_return asked;
  }
  CO_TRY_OK(
      co_await charge(context, asked.budget, std::string(pod.string_at({"metadata", "name"})), dry_run));
  co_return asked;
}

Task<Result<void>> EvictionCreater::remove(rest::RequestContext& context, const std::string& name,
                                           rest::DeleteOptions options) {
  if (!options.dry_run) {
    auto make = [&](const watchcache::Object* current) {
      return marked(current, *evicted_.pod_type, name, options.preconditions);
    };
    // Nobody comes to own the condition.
    CO_TRY(rest::UpdateResult updated,
           co_await evicted_.pod_status->update(context, name, make, {}, rest::CreateIfMissing::kNever,
                                                rest::FieldTracking::kDone));
    if (options.preconditions.resource_version) {
      options.preconditions.resource_version = std::to_string(updated.object->revision);
    }
  }
  CO_TRY_OK(co_await evicted_.deleter->remove(context, name, options));
  co_return Result<void>();
}

Task<Result<ObjectPtr>> EvictionCreater::create(rest::RequestContext& context, std::string name,
                                                json::Document object, rest::WriteOptions options) {
  if (std::as_const(object.root).string_at({"metadata", "name"}) != name) {
    co_return std::unexpected(meta::bad_request("name in URL does not match name in Eviction object"));
  }
  CO_TRY(rest::DeleteOptions wanted, delete_options(object.root, options));
  const bool names_version = wanted.preconditions.resource_version.has_value();
  CO_TRY(ObjectPtr found, co_await evicted_.pods->get(context, name, {}));
  CO_TRY(json::Document pod, json::parse(found->json.view()));
  Asked asked;
  bool must_not_change = !is_over(pod.root);
  if (!ignores_budgets(pod.root)) {
    CO_TRY(asked, co_await ask_budgets(context, pod.root, wanted.dry_run));
    must_not_change = asked.leave == Leave::kUnready;
  }
  // A pod that no budget was asked for goes only as long as it is as it was seen.
  if (must_not_change && !names_version) {
    wanted.preconditions.resource_version = std::to_string(found->revision);
  }
  auto removed = co_await remove(context, name, std::move(wanted));
  if (!removed) {
    bool changed = removed.error().has_reason("Conflict") && asked.leave == Leave::kUnready && !names_version;
    co_return std::unexpected(changed ? still_processed(asked.budget) : std::move(removed).error());
  }
  co_return created_status();
}

}  // namespace pedalion::registry::builtin::subresources
