#include "pedalion/controllers/garbage_collector/metadata.h"

#include <algorithm>

namespace pedalion::controllers::garbage_collector {
namespace {

bool flag(const json::Value& object, std::string_view name) {
  const auto* value = object.find(name);
  return value != nullptr && value->bool_or(false);
}

}  // namespace

bool Metadata::has_finalizer(std::string_view wanted) const {
  return std::ranges::find(finalizers, wanted) != finalizers.end();
}

OwnerReference read_owner(const json::Value& reference) {
  OwnerReference owner;
  owner.api_version = reference.string_at({"apiVersion"});
  owner.kind = reference.string_at({"kind"});
  owner.name = reference.string_at({"name"});
  owner.uid = reference.string_at({"uid"});
  owner.controller = flag(reference, "controller");
  owner.blocks_deletion = flag(reference, "blockOwnerDeletion");
  return owner;
}

Metadata read_metadata(const json::Value& object) {
  Metadata result;
  result.api_version = object.string_at({"apiVersion"});
  result.kind = object.string_at({"kind"});
  const auto* metadata = object.find("metadata");
  if (metadata == nullptr) return result;
  result.namespace_name = metadata->string_at({"namespace"});
  result.name = metadata->string_at({"name"});
  result.uid = metadata->string_at({"uid"});
  result.resource_version = metadata->string_at({"resourceVersion"});
  result.deleted = !metadata->string_at({"deletionTimestamp"}).empty();
  if (const auto* finalizers = metadata->find("finalizers")) {
    for (const auto& name : finalizers->items()) result.finalizers.emplace_back(name.string_or());
  }
  if (const auto* owners = metadata->find("ownerReferences")) {
    for (const auto& owner : owners->items()) result.owners.push_back(read_owner(owner));
  }
  return result;
}

}  // namespace pedalion::controllers::garbage_collector
