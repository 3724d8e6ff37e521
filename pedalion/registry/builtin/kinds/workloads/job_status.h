#pragma once
// How far a job is: the writes of its status.
#include "pedalion/registry/builtin/kinds/kind_rules.h"

namespace pedalion::registry::builtin::kinds::workloads {

void validate_job_status(const Value& job, const Value& old, FieldErrors& errors);
/// Suspended, and none of its pods runs (any more).
bool rests(const Value& job);

}  // namespace pedalion::registry::builtin::kinds::workloads
