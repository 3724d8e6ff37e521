#pragma once
// What jobs are to do, as jobs themselves say it and the templates of cron jobs.
#include "pedalion/registry/builtin/kinds/kind_rules.h"

namespace pedalion::registry::builtin::kinds::workloads {

/// Errors of a JobSpec but for those of its selector.
void check_job_spec(const Field& spec);
/// `spec` may be null.
void warn_of_job_spec(const Value* spec, const FieldPath& path, Warnings& warnings);

}  // namespace pedalion::registry::builtin::kinds::workloads
