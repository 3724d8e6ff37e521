#include "pedalion/controllers/garbage_collector/verdict.h"

#include <algorithm>

#include "pedalion/apimachinery/json/write.h"

namespace pedalion::controllers::garbage_collector {
namespace {

using client::api::Propagation;

Propagation propagation_of(const Metadata& object) {
  if (object.has_finalizer(kOrphanFinalizer)) return Propagation::kOrphan;
  if (object.has_finalizer(kForegroundFinalizer)) return Propagation::kForeground;
  return Propagation::kBackground;
}

/// Whether something that waits for this one is what it would wait for.
bool may_be_circle(const Node& node) {
  return std::ranges::any_of(*node.dependents,
                             [](const Node* dependent) { return dependent->deleting_dependents; });
}

/// {"metadata":{"resourceVersion":…,FIELD:LIST}}
std::string patch_of(const json::Value& latest, std::string_view field, json::Value list,
                     json::Arena& arena) {
  auto root = json::Value::object(arena);
  auto& metadata = root.object_at("metadata", arena);
  metadata.set("resourceVersion", json::Value::string(latest.string_at({"metadata", "resourceVersion"})),
               arena);
  metadata.set(field, list, arena);
  return json::to_string(root);
}

template <class Keep>
std::string patch_of_owners(const json::Value& latest, const Keep& keep) {
  json::Arena arena;
  auto list = json::Value::array(arena);
  if (const auto* owners = latest.at({"metadata", "ownerReferences"})) {
    for (const auto& owner : owners->items()) {
      auto copy = json::deep_copy(owner, arena);
      if (keep(copy, arena)) list.push_back(copy, arena);
    }
  }
  return patch_of(latest, "ownerReferences", list, arena);
}

}  // namespace

Verdict judge(const Node& node, const Metadata& latest, std::span<const OwnerState> states) {
  if (latest.owners.empty()) return {};
  bool solid = std::ranges::find(states, OwnerState::kSolid) != states.end();
  bool waiting = std::ranges::find(states, OwnerState::kWaiting) != states.end();
  if (solid) {
    Verdict verdict;
    // An owner that waits for its dependents would wait for ever for one that others keep.
    for (std::size_t at = 0; at < states.size(); ++at) {
      if (states[at] != OwnerState::kSolid) verdict.owners.push_back(latest.owners[at].uid);
    }
    if (!verdict.owners.empty()) verdict.action = Verdict::Action::kDropReferences;
    return verdict;
  }
  if (waiting && node.has_dependents()) {
    auto action = may_be_circle(node) ? Verdict::Action::kUnblockAndDelete : Verdict::Action::kDelete;
    return {action, {}, Propagation::kForeground};
  }
  return {Verdict::Action::kDelete, {}, propagation_of(latest)};
}

std::string patch_without_owners(const json::Value& latest, std::span<const std::string> uids) {
  return patch_of_owners(latest, [&](const json::Value& owner, json::Arena&) {
    return std::ranges::find(uids, owner.string_at({"uid"})) == uids.end();
  });
}

std::string patch_without_blocking(const json::Value& latest) {
  return patch_of_owners(latest, [](json::Value& owner, json::Arena& arena) {
    owner.set("blockOwnerDeletion", json::Value::boolean(false), arena);
    return true;
  });
}

std::string patch_without_finalizer(const json::Value& latest, std::string_view finalizer) {
  json::Arena arena;
  auto list = json::Value::array(arena);
  if (const auto* finalizers = latest.at({"metadata", "finalizers"})) {
    for (const auto& name : finalizers->items()) {
      if (name.string_or() != finalizer) list.push_back(name, arena);
    }
  }
  return patch_of(latest, "finalizers", list, arena);
}

}  // namespace pedalion::controllers::garbage_collector
