#pragma once
// What a job's spec must be, by itself and in a cron job.
#include "pedalion/registry/builtin/kinds/field.h"

namespace pedalion::registry::builtin::kinds::workloads {

/// All but the selector, which cron jobs do not have.
void check_job_spec(const Field& spec);

// job_status.cc
void validate_job_status(const Value& job, const Value& old, FieldErrors& errors);

}  // namespace pedalion::registry::builtin::kinds::workloads
