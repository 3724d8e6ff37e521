#include "pedalion/controllers/ownership.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "pedalion/apimachinery/json/write.h"

namespace pedalion::controllers {
namespace {

/// {"metadata":{"uid":…,"ownerReferences":[REFERENCE]}}
std::string owner_patch(const json::Value& object, json::Value reference, json::Arena& arena) {
  auto root = json::Value::object(arena);
  auto& metadata = root.object_at("metadata", arena);
  metadata.set("uid", json::Value::string(object.string_at({"metadata", "uid"})), arena);
  metadata.set("ownerReferences", json::Value::array(arena), arena).push_back(reference, arena);
  return json::to_string(root);
}

}  // namespace

const json::Value* controller_of(const json::Value& object) {
  const auto* owners = object.at({"metadata", "ownerReferences"});
  if (owners == nullptr) return nullptr;
  for (const auto& owner : owners->items()) {
    const auto* flag = owner.find("controller");
    if (flag != nullptr && flag->bool_or(false)) return &owner;
  }
  return nullptr;
}

std::string_view controller_uid(const json::Value& object) {
  const auto* reference = controller_of(object);
  return reference == nullptr ? std::string_view() : reference->string_at({"uid"});
}

json::Value controller_reference(const Owner& owner, json::Arena& arena) {
  auto reference = json::Value::object(arena, 6);
  reference.append_member("apiVersion", json::Value::string(owner.api_version), arena);
  reference.append_member("kind", json::Value::string(owner.kind), arena);
  reference.append_member("name", json::Value::string(owner.name), arena);
  reference.append_member("uid", json::Value::string(owner.uid), arena);
  reference.append_member("controller", json::Value::boolean(true), arena);
  reference.append_member("blockOwnerDeletion", json::Value::boolean(true), arena);
  return reference;
}

Claim claim(const json::Value& object, const Owner& owner, bool selected) {
  if (const auto* reference = controller_of(object)) {
    if (reference->string_at({"uid"}) != owner.uid) return Claim::kNone;
    if (selected) return Claim::kOwned;
    return owner.deleted ? Claim::kNone : Claim::kRelease;
  }
  if (owner.deleted || !selected) return Claim::kNone;
  return object.string_at({"metadata", "deletionTimestamp"}).empty() ? Claim::kAdopt : Claim::kNone;
}

std::string adoption_patch(const json::Value& object, const Owner& owner) {
  json::Arena arena;
  return owner_patch(object, controller_reference(owner, arena), arena);
}

std::string release_patch(const json::Value& object, const Owner& owner) {
  json::Arena arena;
  auto reference = json::Value::object(arena, 2);
  reference.append_member("$patch", json::Value::string("delete"), arena);
  reference.append_member("uid", json::Value::string(owner.uid), arena);
  return owner_patch(object, reference, arena);
}

bool matches(const selector::LabelSelector& selector, const json::Value* labels) {
  std::vector<std::pair<std::string_view, std::string_view>> sorted;
  if (labels != nullptr) {
    for (const auto& label : labels->members()) sorted.emplace_back(label.key(), label.value.string_or());
  }
  std::ranges::sort(sorted);
  return selector.matches(sorted);
}

}  // namespace pedalion::controllers
