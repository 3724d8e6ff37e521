#include "pedalion/controllers/cluster_role_aggregation/aggregated_rules.h"

#include <algorithm>

#include "pedalion/apimachinery/json/write.h"
#include "pedalion/controllers/ownership.h"

namespace pedalion::controllers::cluster_role_aggregation {

Result<std::optional<std::string>> wanted_rules(const json::Value& role,
                                                const std::vector<const json::Value*>& roles) {
  const auto* selectors = role.at({"aggregationRule", "clusterRoleSelectors"});
  if (role.find("aggregationRule") == nullptr) return std::nullopt;
  auto name = role.string_at({"metadata", "name"});
  auto sorted = roles;
  std::ranges::sort(sorted, {}, [](const auto* other) { return other->string_at({"metadata", "name"}); });
  json::Arena arena;
  auto rules = json::Value::array(arena);
  for (const auto& item : selectors == nullptr ? std::span<const json::Value>() : selectors->items()) {
    TRY(auto selector, selector::LabelSelector::from_object(item));
    for (const auto* other : sorted) {
      if (other->string_at({"metadata", "name"}) == name || !matches(selector, labels_of(*other))) continue;
      const auto* own = other->find("rules");
      if (own == nullptr) continue;
      for (const auto& rule : own->items()) {
        bool known = std::ranges::any_of(rules.items(), [&](const auto& r) { return json::equal(r, rule); });
        if (!known) rules.push_back(json::deep_copy(rule, arena), arena);
      }
    }
  }
  const auto* present = role.find("rules");
  bool same = present == nullptr || present->is_null() ? rules.empty() : json::equal(*present, rules);
  if (same) return std::nullopt;
  auto root = json::Value::object(arena);
  root.set("apiVersion", json::Value::string("rbac.authorization.k8s.io/v1"), arena);
  root.set("kind", json::Value::string("ClusterRole"), arena);
  root.object_at("metadata", arena).set("name", json::Value::string(name), arena);
  root.set("rules", rules, arena);
  return json::to_string(root);
}

}  // namespace pedalion::controllers::cluster_role_aggregation
