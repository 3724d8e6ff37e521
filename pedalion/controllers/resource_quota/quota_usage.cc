#include "pedalion/controllers/resource_quota/quota_usage.h"

namespace pedalion::controllers::resource_quota {

using quota::ResourceList;

Result<ResourceList> limits_of(const json::Value& quota) {
  return quota::read_resource_list(quota.at({"spec", "hard"}));
}

Result<ResourceList> used_of(const json::Value& quota, const std::vector<CountedObjects>& all,
                             const quota::Surroundings& surroundings) {
  TRY(ResourceList hard, limits_of(quota));
  auto scopes = quota::scopes_of(quota);
  ResourceList used;
  for (const auto& [evaluator, objects] : all) {
    auto names = evaluator.counted(hard);
    for (const auto& name : names) used.try_emplace(name);
    for (const json::Value* object : objects) {
      if (!evaluator.matches(hard, scopes, *object)) continue;
      TRY(ResourceList more, evaluator.usage(*object, surroundings));
      quota::add(used, quota::masked(more, names));
    }
  }
  return used;
}

Result<std::optional<StatusChange>> wanted_status(const json::Value& quota, const ResourceList& used) {
  TRY(ResourceList hard, limits_of(quota));
  TRY(ResourceList told_hard, quota::read_resource_list(quota.at({"status", "hard"})));
  TRY(ResourceList told, quota::read_resource_list(quota.at({"status", "used"})));
  ResourceList now = told;
  for (const auto& [name, amount] : used) now.insert_or_assign(name, amount);
  now = quota::masked(now, quota::names_of(hard));
  bool known = quota.at({"status", "hard"}) != nullptr && quota.at({"status", "used"}) != nullptr;
  if (known && told_hard == hard && told == now) return std::nullopt;
  StatusChange change;
  for (const auto& [name, amount] : told) {
    const auto* left = quota::find_amount(now, name);
    change.lowers |= left != nullptr && *left < amount;
  }
  auto& [arena, root] = change.quota;
  root = json::deep_copy(quota, arena);
  auto& status = root.object_at("status", arena);
  status.set("hard", quota::write_resource_list(hard, arena), arena);
  status.set("used", quota::write_resource_list(now, arena), arena);
  return change;
}

}  // namespace pedalion::controllers::resource_quota
