#pragma once
// Numbers of pods, as controllers report them in their status.
#include <span>

#include "pedalion/registry/builtin/kinds/field.h"

namespace pedalion::registry::builtin::kinds::workloads {

/// None of these members is negative; absent ones pass.
void check_counts(const Field& object, std::span<const std::string_view> members);
/// Each of these members of a status is at most its `replicas`; availableReplicas also at most
/// readyReplicas, which the second text calls `ready`.
void check_parts(const Field& status, std::span<const std::string_view> members, std::string_view ready);
/// collisionCount neither goes nor shrinks.
void check_collisions(const Field& status, const Field& old_status);

}  // namespace pedalion::registry::builtin::kinds::workloads
