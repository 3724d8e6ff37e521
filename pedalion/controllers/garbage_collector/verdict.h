#pragma once
// What becomes of an object whose owners have been looked up, and the patches that carry it out. Pure.
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "pedalion/client/api/options.h"
#include "pedalion/controllers/garbage_collector/graph.h"

namespace pedalion::controllers::garbage_collector {

enum class OwnerState : std::uint8_t {
  kSolid,     // it exists
  kDangling,  // it does not
  kWaiting,   // it is being deleted and waits for its dependents (foregroundDeletion)
};

struct Verdict {
  enum class Action : std::uint8_t {
    kNothing,
    kDropReferences,    // to `owners`: it has others that keep it
    kUnblockAndDelete,  // its references must not hold up its owners: it waits for one of them itself
    kDelete,
  } action = Action::kNothing;
  std::vector<std::string> owners;  // uids
  client::api::Propagation propagation = client::api::Propagation::kDefault;
};

/// `node` is not being deleted; `states` are those of latest.owners, one each.
Verdict judge(const Node& node, const Metadata& latest, std::span<const OwnerState> states);

// JSON merge patches of `latest`, as the server gave it; they hold for its resource version only.
std::string patch_without_owners(const json::Value& latest, std::span<const std::string> uids);
std::string patch_without_blocking(const json::Value& latest);
std::string patch_without_finalizer(const json::Value& latest, std::string_view finalizer);

}  // namespace pedalion::controllers::garbage_collector
