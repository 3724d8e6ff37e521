#pragma once
// What is left in a namespace that ends, and what its conditions say of it. Pure.
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/meta/group_version.h"
#include "pedalion/base/status.h"

namespace pedalion::controllers::namespaces {

/// How long an object with finalizers is given, in seconds.
inline constexpr std::int64_t kFinalizerEstimate = 15;

/// What one look at the whole content found.
struct Content {
  std::vector<std::string> stale;         // groups and versions whose resources are not known
  std::vector<std::string> failures;      // of deleting, worded
  std::map<std::string, int> remaining;   // objects by "resource.group"
  std::map<std::string, int> finalizers;  // objects by finalizer
  std::int64_t estimate = 0;              // seconds until it is worth looking again; 0: nothing to wait for

  bool gone() const { return stale.empty() && failures.empty() && remaining.empty() && estimate == 0; }
};

/// What is left of `resource` after its deletion was asked for. `objects` is a list of (partial) objects,
/// `grace` the seconds that they may take to end.
void add_remaining(const meta::GroupVersionResource& resource, std::string_view namespace_name,
                   const json::Value& objects, std::int64_t grace, Content& content);

/// The longest grace period of pods that have not come to their end; 0 when all of it has passed since the
/// namespace was deleted.
std::int64_t grace_of_pods(const json::Value& pods, std::int64_t seconds_since_deletion);

/// Brings the five conditions of a namespace's status up to date. True when something changed.
bool update_conditions(const Content& content, json::Value& status, std::string_view now, json::Arena& arena);

/// The namespace without the finalizer "kubernetes": what is PUT to /finalize.
std::string finalized(const json::Value& namespace_object);
bool has_finalizer(const json::Value& namespace_object);

}  // namespace pedalion::controllers::namespaces
