#pragma once
// Which objects a quota selects: its scopes and its scopeSelector, which all must hold.
#include <optional>
#include <string_view>
#include <vector>

#include "pedalion/apimachinery/json/value.h"

namespace pedalion::quota {

/// One requirement, `scope operator values`. Borrows from the quota.
struct ScopeRequirement {
  std::string_view scope, op = "Exists";
  const json::Value* values = nullptr;

  bool exists_only() const { return op == "Exists"; }
  /// Of an object that has this value, or none, as the scope's.
  bool holds(std::optional<std::string_view> value) const;
};

/// Of a ResourceQuota.
std::vector<ScopeRequirement> scopes_of(const json::Value& quota);

}  // namespace pedalion::quota
