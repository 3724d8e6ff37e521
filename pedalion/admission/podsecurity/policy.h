#pragma once
// What a namespace's labels say about the security of its pods.
#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/meta/field_error.h"

namespace pedalion::admission::podsecurity {

/// From the least strict to the strictest.
enum class Level : std::uint8_t { kPrivileged, kBaseline, kRestricted };

/// `latest`, or v1.minor.
struct Version {
  static constexpr int kLatest = 1 << 30;
  int minor = kLatest;
  auto operator<=>(const Version&) const = default;
};

struct LevelVersion {
  Level level = Level::kPrivileged;
  Version version;
  bool operator==(const LevelVersion&) const = default;
  /// "baseline:latest", "restricted:v1.25".
  std::string text() const;
};

struct Policy {
  LevelVersion enforce, audit, warn;
};

struct ReadPolicy {
  Policy policy;  // holds even when there are errors
  meta::FieldErrors errors;
};

/// Of an object's labels. What cannot be read counts as restricted for enforcing, as privileged for auditing
/// and warning. Without labels everything is privileged.
ReadPolicy read_policy(const json::Value& object);
/// The same of labels that are sorted by key.
using SortedLabels = std::span<const std::pair<std::string_view, std::string_view>>;
ReadPolicy read_policy(SortedLabels labels);

}  // namespace pedalion::admission::podsecurity
