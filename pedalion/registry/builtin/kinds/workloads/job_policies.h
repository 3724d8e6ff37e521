#pragma once
// When a job fails or succeeds before all its pods have run.
#include "pedalion/registry/builtin/kinds/field.h"

namespace pedalion::registry::builtin::kinds::workloads {

/// Both take the job's spec.
void check_failure_policy(const Field& spec);
void check_success_policy(const Field& spec);

}  // namespace pedalion::registry::builtin::kinds::workloads
