#pragma once
// What is used of a quota, and what its status is to say. Pure.
#include <optional>
#include <string>
#include <vector>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/quota/evaluator.h"
#include "pedalion/apimachinery/quota/resource_list.h"
#include "pedalion/base/status.h"

namespace pedalion::controllers::resource_quota {

/// The objects of one resource in the quota's namespace. Borrowed.
struct CountedObjects {
  const quota::Evaluator& evaluator;
  std::vector<const json::Value*> objects;
};

/// What the quota's limits name, in `hard` of its spec. Fails (400) with a text that is no quantity.
Result<quota::ResourceList> limits_of(const json::Value& quota);

/// Of what its limits name and one of `all` counts; nothing is zero, not absent.
Result<quota::ResourceList> used_of(const json::Value& quota, const std::vector<CountedObjects>& all,
                                    const quota::Surroundings& surroundings);

struct StatusChange {
  json::Document quota;  // with the status that is to be
  bool lowers = false;   // something is less than the status says now
};

/// Nothing when the status says it already. What `used` does not name keeps what the status says.
Result<std::optional<StatusChange>> wanted_status(const json::Value& quota, const quota::ResourceList& used);

}  // namespace pedalion::controllers::resource_quota
