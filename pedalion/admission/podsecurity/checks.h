#pragma once
// The checks of the Pod Security Standards: what each level forbids, in which versions.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/admission/podsecurity/policy.h"

namespace pedalion::admission::podsecurity {

/// A pod, or a template of pods. Borrowed.
struct PodParts {
  const json::Value* metadata = nullptr;
  const json::Value* spec = nullptr;
};

struct Finding {
  std::string reason, detail;
};
using CheckFunction = std::optional<Finding> (*)(const PodParts& pod);

struct Check {
  std::string_view id;
  Level level;
  int first_minor;  // of the versions that have it
  int end_minor;    // the first version that has it no more
  CheckFunction check;
  std::string_view replaces = {};  // a baseline check that it makes superfluous
};

/// Baseline, then restricted, each in the order of their names.
std::vector<Check> all_checks();
std::vector<Check> baseline_checks();
std::vector<Check> restricted_checks();

/// A check of both levels: no other mount of /proc than the default.
std::optional<Finding> proc_mount(const PodParts& pod);

/// The newest version with checks of its own; later ones, and `latest`, are the same.
inline constexpr int kNewestMinor = 35;
inline constexpr int kOn = Version::kLatest;  // end_minor of a check that goes on

/// What is forbidden. Nothing is at the privileged level.
std::vector<Finding> evaluate(const LevelVersion& wanted, const PodParts& pod);
/// `host namespaces, privileged`.
std::string reasons_of(const std::vector<Finding>& findings);
/// `host namespaces (hostNetwork=true), privileged (container "c" …)`.
std::string details_of(const std::vector<Finding>& findings);

}  // namespace pedalion::admission::podsecurity
