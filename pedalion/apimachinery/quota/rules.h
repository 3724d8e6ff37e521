#pragma once
// The rules of the resources of which more than the number is counted, each in its own source.
#include <initializer_list>
#include <span>

#include "pedalion/apimachinery/quota/evaluator.h"

namespace pedalion::quota {

/// Functions may be null: no scope selects, nothing must be said.
struct Rules {
  std::string_view group, resource;
  /// Besides the number and its alias.
  bool (*counts)(std::string_view name);
  bool (*in_scope)(const ScopeRequirement& scope, const json::Value& object);
  /// Adds to the number.
  Result<void> (*use)(const json::Value& object, const Surroundings& surroundings, ResourceList& usage);
  Result<std::string> (*missing)(const ResourceNames& names, const json::Value& object);
};

extern const Rules kPodRules, kServiceRules, kVolumeClaimRules, kDeviceClaimRules;

/// Of pods and of device claims: `requests.` and an extended resource or a device class.
bool is_extended_request(std::string_view name);
std::span<const json::Value> items_at(const json::Value& object,
                                      std::initializer_list<std::string_view> path);

}  // namespace pedalion::quota
