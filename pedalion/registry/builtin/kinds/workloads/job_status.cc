// What a job's status may become.
#include <algorithm>

#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/go_form.h"
#include "pedalion/registry/builtin/kinds/kind_rules.h"
#include "pedalion/registry/builtin/kinds/workloads/jobs.h"
#include "pedalion/registry/builtin/kinds/workloads/templates.h"

namespace pedalion::registry::builtin::kinds::workloads {
namespace {

bool is_true(const Value& job, std::string_view type) {
  for (const Value& condition : items_at(job, {"status", "conditions"})) {
    if (condition.string_at({"type"}) == type) return condition.string_at({"status"}) == "True";
  }
  return false;
}

/// Errors of the conditions show no value.
void refuse(const Field& conditions, std::string_view detail) {
  conditions.errors().push_back(
      {FieldError::Type::kInvalid, conditions.path().text(), "", std::string(detail)});
}

void check_conditions(const Value& job, const Field& status) {
  Field conditions = status["conditions"];
  bool complete = is_true(job, "Complete"), failed = is_true(job, "Failed");
  if (complete && failed) refuse(conditions, "cannot set Complete=True and Failed=true conditions");
  if (complete && is_true(job, "FailureTarget"))
    refuse(conditions, "cannot set Complete=True and FailureTarget=true conditions");
  if (failed && !is_true(job, "FailureTarget")) {
    refuse(conditions, "cannot set Failed=True condition without the FailureTarget=true condition");
  }
  if (complete && !is_true(job, "SuccessCriteriaMet")) {
    refuse(conditions, "cannot set Complete=True condition without the SuccessCriteriaMet=true condition");
  }
}

void check_times(const Value& job, const Field& status) {
  Field end = status["completionTime"], begin = status["startTime"];
  bool complete = is_true(job, "Complete");
  if (complete && !end) end.required("completionTime is required for Complete jobs");
  if (!complete && end) end.invalid("cannot set completionTime when there is no Complete=True condition");
  if (end && begin && end.text() < begin.text()) end.invalid("must be equal to or after `startTime`");
}

void check_finished(const Value& job, const Field& status) {
  if (!is_true(job, "Complete") && !is_true(job, "Failed")) return;
  Field uncounted = status["uncountedTerminatedPods"];
  bool any = !uncounted["succeeded"].empty() || !uncounted["failed"].empty();
  if (any)
    invalid_struct(uncounted, {"batch/v1", "UncountedTerminatedPods"}, "must be empty for finished job");
  for (std::string_view name : {"active", "ready", "terminating"}) {
    if (status[name].number() > 0) status[name].invalid(std::string(name) + ">0 is invalid for finished job");
  }
}

void check_changes(const Value& job, const Value& old, const Field& status) {
  Field before = Field(old, status.errors())["status"];
  for (std::string_view name : {"failed", "succeeded"}) {
    if (status[name].number() < before[name].number()) {
      status[name].invalid(Value::integer(status[name].number()),
                           "cannot decrease the " + std::string(name) + " counter");
    }
  }
  if (before["startTime"] && !same(status["startTime"], before["startTime"]) &&
      !Field(job, status.errors())["spec"]["suspend"].flag()) {
    Field start = status["startTime"];
    start.invalid(start ? *start.value() : Value(), "field is immutable for unsuspended job once set");
  }
  if (before["completionTime"] && status["completionTime"] &&
      !same(status["completionTime"], before["completionTime"])) {
    status["completionTime"].invalid("field is immutable");
  }
  for (std::string_view type : {"Complete", "Failed"}) {
    if (is_true(old, type) && !is_true(job, type)) {
      refuse(status["conditions"], "cannot disable the terminal " + std::string(type) + "=True condition");
    }
  }
  for (std::string_view type : {"FailureTarget", "SuccessCriteriaMet"}) {
    if (is_true(old, type) && !is_true(job, type))
      refuse(status["conditions"], "cannot disable the " + std::string(type) + "=True condition");
  }
}

}  // namespace

void validate_job_status(const Value& job, const Value& old, FieldErrors& errors) {
  Field status = Field(job, errors)["status"];
  check_counters(status, {"active", "succeeded", "failed", "ready", "terminating"});
  if (status["ready"].number() > status["active"].number()) {
    status["ready"].invalid(Value::integer(status["ready"].number()),
                            "cannot set more ready pods than active");
  }
  check_times(job, status);
  check_conditions(job, status);
  check_finished(job, status);
  check_changes(job, old, status);
}

}  // namespace pedalion::registry::builtin::kinds::workloads
