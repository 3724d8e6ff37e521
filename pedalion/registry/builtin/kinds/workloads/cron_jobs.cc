// Cron jobs: a job again and again.
#include <algorithm>

#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/go_form.h"
#include "pedalion/registry/builtin/kinds/workloads/cron_schedule.h"
#include "pedalion/registry/builtin/kinds/workloads/job_spec.h"
#include "pedalion/registry/builtin/kinds/workloads/rows.h"
#include "pedalion/registry/builtin/kinds/workloads/templates.h"
#include "pedalion/registry/builtin/kinds/workloads/time_zones.h"

namespace pedalion::registry::builtin::kinds::workloads {

namespace {

constexpr std::size_t kLongestName = 52;  // a job's name and eleven characters of its own

bool names_zone(std::string_view schedule) { return schedule.find("TZ") != schedule.npos; }

/// `zone_may_be_named`: it was, before that was refused.
void check_schedule(const Field& spec, bool zone_may_be_named) {
  Field schedule = spec["schedule"];
  if (!require_text(schedule)) return;
  if (auto problem = cron_problem(schedule.text())) schedule.invalid(*problem);
  if (!names_zone(schedule.text())) return;
  if (!zone_may_be_named) {
    schedule.invalid("cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
  } else if (spec["timeZone"]) {
    schedule.invalid("cannot use both timeZone field and TZ or CRON_TZ in schedule");
  }
}

/// A part of a path of the time zone database.
bool is_zone_part(std::string_view part) {
  auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_' || c == '+';
  };
  return !part.empty() && part.size() <= 14 && part != "." && part != ".." && !part.starts_with('-') &&
         std::ranges::all_of(part, fits);
}

bool is_zone_path(std::string_view name) {
  for (std::size_t from = 0;;) {
    std::size_t to = name.find('/', from);
    if (!is_zone_part(name.substr(from, to == name.npos ? to : to - from))) return false;
    if (to == name.npos) return true;
    from = to + 1;
  }
}

void check_zone(const Field& zone) {
  if (!zone) return;
  std::string name(zone.text()), lower = name;
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (name.empty()) return zone.invalid("timeZone must be nil or non-empty string");
  if (!is_zone_path(name)) return zone.invalid("unknown time zone " + name);
  if (lower == "local") {
    zone.invalid("timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones");
  }
  if (!is_known_time_zone(name)) zone.invalid("unknown time zone " + name);
}

/// Their selector is made for each job.
void check_job_template(const Field& spec) {
  static constexpr std::string_view kManual[] = {"nil", "false"};
  check_job_spec(spec);
  if (Field selector = spec["selector"]; selector) selector.invalid("`selector` will be auto-generated");
  if (Field manual = spec["manualSelector"]; manual.flag()) manual.not_supported(*manual.value(), kManual);
}

void check_spec(const Field& spec, const Field& before) {
  static constexpr std::string_view kPolicies[] = {"Allow", "Forbid", "Replace"};
  check_schedule(spec, names_zone(before["schedule"].text()));
  check_non_negative(spec["startingDeadlineSeconds"]);
  if (!before || !same(spec["timeZone"], before["timeZone"])) check_zone(spec["timeZone"]);
  require_one_of(spec["concurrencyPolicy"], kPolicies);
  check_job_template(spec.at({"jobTemplate", "spec"}));
  check_non_negative(spec["successfulJobsHistoryLimit"]);
  check_non_negative(spec["failedJobsHistoryLimit"]);
}

void validate(const Value& object, FieldErrors& errors) {
  Field job(object, errors), name = job.at({"metadata", "name"});
  check_spec(job["spec"], Field(nullptr, FieldPath(), errors));
  if (name.text().size() > kLongestName) name.invalid("must be no more than 52 characters");
}

void validate_update(const Value& object, const Value& old, FieldErrors& errors) {
  check_spec(Field(object, errors)["spec"], Field(old, errors)["spec"]);
}

void warn_of_schedule(const Value& object, Warnings& warnings) {
  if (!names_zone(object.string_at({"spec", "schedule"}))) return;
  warnings.emplace_back(
      "CRON_TZ or TZ used in spec.spec.schedule is not officially supported, see "
      "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details");
}

void warn_of_jobs(const Value& object, Warnings& warnings) {
  warn_of_job_spec(object.at({"spec", "jobTemplate", "spec"}),
                   FieldPath("spec").child("jobTemplate").child("spec"), warnings);
}

void warn(const Value& object, Warnings& warnings) {
  warn_of_pod_names(object, warnings);
  warn_of_jobs(object, warnings);
  warn_of_schedule(object, warnings);
}

void warn_update(const Value& object, const Value& old, Warnings& warnings) {
  if (wants_other(object, old)) warn_of_jobs(object, warnings);
  warn_of_schedule(object, warnings);
}

}  // namespace

const KindRules kCronJobs = {.group = "batch",
                             .resource = "cronjobs",
                             .validate = validate,
                             .validate_update = validate_update,
                             .update_judged_alone = true,
                             .warn = warn,
                             .warn_update = warn_update};

}  // namespace pedalion::registry::builtin::kinds::workloads
