#pragma once
// The ReplicaSets of a Deployment: which is the new one, revisions, annotations, and a new one's object.
// Pure.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/apimachinery/json/value.h"

namespace pedalion::controllers::deployment {

inline constexpr std::string_view kHashLabel = "pod-template-hash";

/// A ReplicaSet, and what is asked of it often.
struct SetState {
  explicit SetState(json::Document document);
  json::Document tree;
  std::string name, uid;
  bool deleted = false;
  std::int64_t created = 0, generation = 0, observed_generation = 0;
  std::int64_t wanted = 0;  // spec.replicas
  std::int64_t replicas = 0, ready = 0, available = 0, terminating = 0;

  std::string_view annotation(std::string_view key) const;
  /// Of an annotation; none when it is not there, or no number.
  std::optional<std::int64_t> number(std::string_view key) const;
  std::int64_t revision() const;
};

inline constexpr std::string_view kRevision = "deployment.kubernetes.io/revision";
inline constexpr std::string_view kDesiredReplicas = "deployment.kubernetes.io/desired-replicas";
inline constexpr std::string_view kMaxReplicas = "deployment.kubernetes.io/max-replicas";

/// Null when none has the deployment's template. `sets` are in the order of their creation.
SetState* find_new_set(const json::Value& deployment, std::vector<SetState>& sets);
bool same_template(const json::Value& a, const json::Value& b);

/// Copies what a set has of its deployment's annotations, and the revision. True when something changed.
bool annotate(const json::Value& deployment, std::int64_t revision, json::Document& set);
/// True when something changed.
bool annotate_replicas(std::int64_t desired, std::int64_t max, json::Document& set);

/// A new set without replicas, for the deployment's template; not annotated yet.
json::Document new_set(const json::Value& deployment);

/// Those that the deployment's history need not hold any more.
std::vector<const SetState*> beyond_history(const json::Value& deployment, std::vector<const SetState*> old);

std::int64_t integer_at(const json::Value& object, std::initializer_list<std::string_view> path,
                        std::int64_t fallback);

}  // namespace pedalion::controllers::deployment
