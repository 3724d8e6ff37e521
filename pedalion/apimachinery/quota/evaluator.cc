#include "pedalion/apimachinery/quota/evaluator.h"

#include <algorithm>

#include "pedalion/apimachinery/quota/resource_names.h"
#include "pedalion/apimachinery/quota/rules.h"

namespace pedalion::quota {
namespace {

constexpr const Rules* kRules[] = {&kPodRules, &kServiceRules, &kVolumeClaimRules, &kDeviceClaimRules};

/// Of the core group: counted under their own name too. (Pods are while they live: see their rules.)
constexpr std::string_view kAliases[] = {
    "configmaps", "persistentvolumeclaims", "replicationcontrollers", "resourcequotas", "secrets",
    "services"};

struct Uncounted {
  std::string_view group, resource;
};
constexpr Uncounted kUncounted[] = {
    {"", "bindings"},
    {"", "componentstatuses"},
    {"authentication.k8s.io", "tokenreviews"},
    {"authentication.k8s.io", "selfsubjectreviews"},
    {"authorization.k8s.io", "subjectaccessreviews"},
    {"authorization.k8s.io", "selfsubjectaccessreviews"},
    {"authorization.k8s.io", "localsubjectaccessreviews"},
    {"authorization.k8s.io", "selfsubjectrulesreviews"},
    {"", "events"},
    {"events.k8s.io", "events"},
};

std::string_view alias_of(const meta::GroupResource& resource) {
  const auto* found = std::ranges::find(kAliases, resource.resource);
  return !resource.group.empty() || found == std::end(kAliases) ? std::string_view() : *found;
}

const Rules* rules_of(const meta::GroupResource& resource) {
  for (const Rules* rules : kRules) {
    if (rules->group == resource.group && rules->resource == resource.resource) return rules;
  }
  return nullptr;
}

}  // namespace

Evaluator::Evaluator(const meta::GroupResource& resource)
    : count_(count_name(resource)), alias_(alias_of(resource)), rules_(rules_of(resource)) {}

bool Evaluator::counts(std::string_view name) const {
  return name == count_ || (!alias_.empty() && name == alias_) || (rules_ != nullptr && rules_->counts(name));
}

ResourceNames Evaluator::counted(const ResourceList& hard) const {
  ResourceNames names;
  for (const auto& [name, amount] : hard) {
    if (counts(name)) names.insert(name);
  }
  return names;
}

bool Evaluator::in_scope(const ScopeRequirement& scope, const json::Value& object) const {
  return rules_ != nullptr && rules_->in_scope != nullptr && rules_->in_scope(scope, object);
}

bool Evaluator::matches(const ResourceList& hard, const std::vector<ScopeRequirement>& scopes,
                        const json::Value& object) const {
  return std::ranges::any_of(hard, [&](const auto& limit) { return counts(limit.first); }) &&
         std::ranges::all_of(scopes, [&](const auto& scope) { return in_scope(scope, object); });
}

Result<ResourceList> Evaluator::usage(const json::Value& object, const Surroundings& surroundings) const {
  ResourceList usage{{count_, meta::Quantity(1)}};
  if (!alias_.empty()) usage.emplace(alias_, meta::Quantity(1));
  if (rules_ != nullptr) TRY_OK(rules_->use(object, surroundings, usage));
  return usage;
}

Result<std::string> Evaluator::missing(const ResourceNames& names, const json::Value& object) const {
  if (rules_ == nullptr || rules_->missing == nullptr) return std::string();
  return rules_->missing(names, object);
}

std::string count_name(const meta::GroupResource& resource) {
  return "count/" + resource.resource + (resource.group.empty() ? "" : "." + resource.group);
}

bool is_never_counted(const meta::GroupResource& resource) {
  return std::ranges::any_of(kUncounted, [&](const Uncounted& each) {
    return each.group == resource.group && each.resource == resource.resource;
  });
}

bool is_extended_request(std::string_view name) {
  if (!name.starts_with(kRequestsPrefix)) return false;
  return !is_native_resource(name) || is_device_class_resource(name.substr(kRequestsPrefix.size()));
}

std::span<const json::Value> items_at(const json::Value& object,
                                      std::initializer_list<std::string_view> path) {
  const json::Value* list = object.at(path);
  return list == nullptr ? std::span<const json::Value>() : list->items();
}

}  // namespace pedalion::quota
