// What claims of volumes use.
#include <set>

#include "pedalion/apimachinery/quota/rules.h"

namespace pedalion::quota {
namespace {

using json::Value;

constexpr std::string_view kStorage = "requests.storage", kClaims = "persistentvolumeclaims";
constexpr std::string_view kOfClass = ".storageclass.storage.k8s.io/";

bool counts(std::string_view name) {
  if (name == kStorage) return true;
  auto place = name.find(kOfClass);
  if (place == name.npos) return false;
  auto what = name.substr(place + kOfClass.size());
  return what == kStorage || what == kClaims;
}

std::string_view class_of(const Value& claim) {
  const Value* annotation = claim.at({"metadata", "annotations", "volume.beta.kubernetes.io/storage-class"});
  return annotation != nullptr ? annotation->string_or() : claim.string_at({"spec", "storageClassName"});
}

/// The size asked for, or the greater one that is being made; in whole bytes, as quotas are.
Result<std::optional<meta::Quantity>> size_of(const Value& claim) {
  TRY(ResourceList requests, read_resource_list(claim.at({"spec", "resources", "requests"})));
  TRY(ResourceList allocated, read_resource_list(claim.at({"status", "allocatedResources"})));
  const meta::Quantity *asked = find_amount(requests, "storage"), *made = find_amount(allocated, "storage");
  if (asked == nullptr) return std::nullopt;
  meta::Quantity size = made != nullptr && *made > *asked ? *made : *asked;
  size.round_up(0);
  return size;
}

Result<void> use(const Value& claim, const Surroundings&, ResourceList& usage) {
  TRY(auto size, size_of(claim));
  std::string of_class(class_of(claim));
  if (size) usage.emplace(kStorage, *size);
  if (of_class.empty()) return {};
  of_class += kOfClass;
  usage.emplace(of_class + std::string(kClaims), meta::Quantity(1));
  if (size) usage.emplace(of_class + std::string(kStorage), *size);
  return {};
}

/// Of any class that it has, had last or is to get.
bool in_scope(const ScopeRequirement& scope, const Value& claim) {
  if (scope.scope != "VolumeAttributesClass") return false;
  bool has_one = false;
  for (std::string_view name :
       {claim.string_at({"spec", "volumeAttributesClassName"}),
        claim.string_at({"status", "currentVolumeAttributesClassName"}),
        claim.string_at({"status", "modifyVolumeStatus", "targetVolumeAttributesClassName"})}) {
    if (name.empty()) continue;
    has_one = true;
    if (scope.holds(name)) return true;
  }
  return !has_one && scope.holds(std::nullopt);
}

}  // namespace

constinit const Rules kVolumeClaimRules{"", kClaims, counts, in_scope, use, nullptr};

}  // namespace pedalion::quota
