#pragma once
// Fields that hold a number or a percentage: how many pods an update may touch, how many must stay.
#include "pedalion/registry/builtin/kinds/field.h"

namespace pedalion::registry::builtin::kinds::workloads {

/// A number of at least 0, or a text like "25%". Absent counts as 0.
void check_int_or_percent(const Field& field);
/// "must not be greater than 100%"; numbers pass.
void check_at_most_all(const Field& field);
/// The number, also of a percentage; 0 for what is neither.
std::int64_t int_or_percent_value(const Field& field);

}  // namespace pedalion::registry::builtin::kinds::workloads
