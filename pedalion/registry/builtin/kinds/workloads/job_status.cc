#include "pedalion/registry/builtin/kinds/workloads/job_status.h"

#include <algorithm>
#include <set>

#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/go_form.h"
#include "pedalion/registry/builtin/kinds/workloads/counts.h"
#include "pedalion/registry/builtin/kinds/workloads/job_indexes.h"

namespace pedalion::registry::builtin::kinds::workloads {

namespace {

bool has_condition(const Field& job, std::string_view type, std::string_view status = "True") {
  bool found = false;
  job["status"]["conditions"].each([&](const Field& condition) {
    found = found || (condition["type"].text() == type && condition["status"].text() == status);
  });
  return found;
}

/// A job and what its status says of its end.
struct Progress {
  Field job, spec, status, conditions;
  bool complete, failed, finished, fails, succeeds;

  explicit Progress(const Field& job)
      : job(job),
        spec(job["spec"]),
        status(job["status"]),
        conditions(status["conditions"]),
        complete(has_condition(job, "Complete")),
        failed(has_condition(job, "Failed")),
        finished(complete || failed),
        fails(has_condition(job, "FailureTarget")),
        succeeds(has_condition(job, "SuccessCriteriaMet")) {}

  bool indexed() const { return spec["completionMode"].text() == "Indexed"; }
};

/// An update: a rule is applied only when something changes that it is about, so that what was wrong before
/// does not stop other writes.
struct Update {
  Progress now, before;

  bool changes(std::string_view field) const { return !same(now.status[field], before.status[field]); }
  bool completes() const { return now.complete != before.complete; }
  bool fails() const { return now.failed != before.failed; }
  bool finishes() const { return now.finished != before.finished; }
};

void check_numbers(const Field& status) {
  static constexpr std::string_view kCounts[] = {"active", "succeeded", "failed", "ready", "terminating"};
  check_counts(status, kCounts);
  Field uncounted = status["uncountedTerminatedPods"];
  std::set<std::string_view> seen;
  for (std::string_view list : {"succeeded", "failed"}) {
    uncounted[list].each([&](const Field& uid) {
      if (uid.text().empty()) {
        uid.invalid("", "must not be empty");
      } else if (!seen.insert(uid.text()).second) {
        uid.duplicate();
      }
    });
  }
}

void check_completion(const Update& update) {
  const Progress& now = update.now;
  Field start = now.status["startTime"], end = now.status["completionTime"];
  if ((update.completes() || update.fails()) && now.complete && now.failed) {
    now.conditions.invalid_unshown("cannot set Complete=True and Failed=true conditions");
  }
  bool about_failure = update.completes() || now.fails != update.before.fails;
  if (about_failure && now.complete && now.fails) {
    now.conditions.invalid_unshown("cannot set Complete=True and FailureTarget=true conditions");
  }
  bool about_end = update.completes() || update.changes("completionTime");
  if (about_end && end && !now.complete) {
    end.invalid("cannot set completionTime when there is no Complete=True condition");
  }
  if (about_end && !end && now.complete) end.required("completionTime is required for Complete jobs");
  if ((update.changes("startTime") || update.changes("completionTime")) && start && end &&
      end.text() < start.text()) {
    end.invalid("must be equal to or after `startTime`");
  }
  if ((update.fails() || update.changes("failedIndexes")) && now.failed && !now.fails) {
    now.conditions.invalid_unshown(
        "cannot set Failed=True condition without the FailureTarget=true condition");
  }
  bool about_success = update.completes() || now.succeeds != update.before.succeeds;
  if (about_success && now.complete && !now.succeeds) {
    now.conditions.invalid_unshown(
        "cannot set Complete=True condition without the SuccessCriteriaMet=true condition");
  }
}

void check_finished(const Update& update) {
  const Progress& now = update.now;
  if (!now.finished) return;
  Field active = now.status["active"], uncounted = now.status["uncountedTerminatedPods"];
  if ((update.finishes() || update.changes("active")) && active.number() > 0) {
    active.invalid("active>0 is invalid for finished job");
  }
  bool never_started =
      now.spec["suspend"].flag() && now.spec["completions"] && now.spec["completions"].number() == 0;
  if ((update.finishes() || update.changes("startTime")) && !never_started && !now.status["startTime"]) {
    now.status["startTime"].required("startTime is required for finished job");
  }
  if ((update.finishes() || update.changes("uncountedTerminatedPods")) &&
      !(uncounted["succeeded"].empty() && uncounted["failed"].empty())) {
    invalid_struct(uncounted, {"batch/v1", "UncountedTerminatedPods"}, "must be empty for finished job");
  }
}

void check_indexes(const Update& update) {
  const Progress& now = update.now;
  Field done = now.status["completedIndexes"], lost = now.status["failedIndexes"],
        completions = now.spec["completions"], limit = now.spec["backoffLimitPerIndex"];
  bool about_done = update.changes("completedIndexes"), about_lost = update.changes("failedIndexes");
  auto check_text = [&](const Field& indexes, std::string_view name) {
    auto counted = count_indexes(indexes.text(), completions.number());
    if (!counted) indexes.invalid("error parsing " + std::string(name) + ": " + counted.error());
  };
  if (about_done && completions) check_text(done, "completedIndexes");
  if (about_lost && completions && limit && lost) check_text(lost, "failedIndexes");
  if (about_done && !done.text().empty() && !now.indexed()) {
    done.invalid("cannot set non-empty completedIndexes when non-indexed completion mode");
  }
  if (about_lost && !limit && lost) {
    lost.invalid("cannot set non-null failedIndexes when backoffLimitPerIndex is null");
  }
  if ((about_done || about_lost) && completions && lost) {
    std::string overlap = overlap_of_indexes(done.text(), lost.text(), completions.number());
    if (!overlap.empty()) lost.invalid(overlap);
  }
}

void check_pods(const Update& update) {
  const Progress& now = update.now;
  Field terminating = now.status["terminating"], ready = now.status["ready"];
  if ((update.finishes() || update.changes("terminating")) && now.finished && terminating.number() > 0) {
    terminating.invalid("terminating>0 is invalid for finished job");
  }
  if ((update.changes("ready") || update.changes("active")) && ready &&
      ready.number() > now.status["active"].number()) {
    ready.invalid("cannot set more ready pods than active");
  }
}

void check_success(const Progress& now) {
  if (now.succeeds && now.failed) {
    now.conditions.invalid_unshown("cannot set SuccessCriteriaMet=True and Failed=true conditions");
  }
  if (now.succeeds && now.fails) {
    now.conditions.invalid_unshown("cannot set SuccessCriteriaMet=True and FailureTarget=true conditions");
  }
  if (now.spec["successPolicy"] && !now.succeeds && now.complete) {
    now.conditions.invalid_unshown(
        "cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True");
  }
}

void check_counters(const Update& update) {
  const Progress &now = update.now, &before = update.before;
  for (std::string_view counter : {"failed", "succeeded"}) {
    // An indexed job whose completions follow its parallelism may be made smaller.
    bool may_shrink =
        counter == "succeeded" && now.indexed() && same(now.spec["completions"], now.spec["parallelism"]);
    Field count = now.status[counter];
    if (may_shrink || count.number() >= before.status[counter].number()) continue;
    count.invalid(Value::integer(count.number()), "cannot decrease the " + std::string(counter) + " counter");
  }
}

void check_times(const Update& update) {
  const Progress &now = update.now, &before = update.before;
  Field end = now.status["completionTime"], start = now.status["startTime"];
  if (end && before.status["completionTime"]) check_immutable(end, before.status["completionTime"]);
  bool resumes = has_condition(before.job, "Suspended") && has_condition(now.job, "Suspended", "False");
  if (resumes || !before.status["startTime"] || !update.changes("startTime")) return;
  if (now.spec["suspend"].flag()) return;
  start.invalid(start ? *start.value() : Value(), "field is immutable for unsuspended job once set");
}

void check_lasting_conditions(const Update& update) {
  const Progress &now = update.now, &before = update.before;
  if (before.succeeds && !now.succeeds) {
    now.conditions.invalid_unshown("cannot disable the SuccessCriteriaMet=True condition");
  }
  if (before.complete && !before.succeeds && now.succeeds) {
    now.conditions.invalid_unshown(
        "cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions");
  }
}

}  // namespace

void validate_job_status(const Value& job, const Value& old, FieldErrors& errors) {
  Update update{Progress(Field(job, errors)), Progress(Field(old, errors))};
  check_numbers(update.now.status);
  check_completion(update);
  check_finished(update);
  check_indexes(update);
  check_pods(update);
  check_success(update.now);
  for (std::string_view type : {"Failed", "Complete", "FailureTarget"}) {
    if (!has_condition(update.before.job, type) || has_condition(update.now.job, type)) continue;
    update.now.conditions.invalid_unshown("cannot disable the terminal " + std::string(type) +
                                          "=True condition");
  }
  check_counters(update);
  check_times(update);
  check_lasting_conditions(update);
}

bool rests(const Value& object) {
  FieldErrors none;
  Field job(object, none);
  if (!job["spec"]["suspend"].flag()) return false;
  return !job["status"]["startTime"] ||
         (has_condition(job, "Suspended") && job["status"]["active"].number() == 0);
}

}  // namespace pedalion::registry::builtin::kinds::workloads
