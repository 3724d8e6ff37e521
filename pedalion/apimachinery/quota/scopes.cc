#include "pedalion/apimachinery/quota/scopes.h"

#include <algorithm>

namespace pedalion::quota {

bool ScopeRequirement::holds(std::optional<std::string_view> value) const {
  if (op == "Exists") return value.has_value();
  if (op == "DoesNotExist") return !value.has_value();
  bool listed = value && values != nullptr && std::ranges::any_of(values->items(), [&](const auto& one) {
                  return one.string_or() == *value;
                });
  return op == "In" ? listed : op == "NotIn" && !listed;
}

std::vector<ScopeRequirement> scopes_of(const json::Value& quota) {
  std::vector<ScopeRequirement> requirements;
  if (const json::Value* scopes = quota.at({"spec", "scopes"})) {
    for (const json::Value& scope : scopes->items()) requirements.push_back({.scope = scope.string_or()});
  }
  if (const json::Value* expressions = quota.at({"spec", "scopeSelector", "matchExpressions"})) {
    for (const json::Value& each : expressions->items()) {
      requirements.push_back({.scope = each.string_at({"scopeName"}),
                              .op = each.string_at({"operator"}),
                              .values = each.find("values")});
    }
  }
  return requirements;
}

}  // namespace pedalion::quota
