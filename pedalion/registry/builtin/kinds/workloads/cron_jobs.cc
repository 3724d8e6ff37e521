// Cron jobs: a job again and again.
#include <filesystem>

#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/pods/warnings.h"
#include "pedalion/registry/builtin/kinds/workloads/cron_schedule.h"
#include "pedalion/registry/builtin/kinds/workloads/jobs.h"
#include "pedalion/registry/builtin/kinds/workloads/rows.h"

namespace pedalion::registry::builtin::kinds::workloads {
namespace {

constexpr std::size_t kLongestName = 52;  // a job's name and eleven characters of its own

bool is_zone(std::string_view name) {
  static const std::filesystem::path kZones = "/usr/share/zoneinfo";
  std::error_code ignored;
  if (name.find("..") != name.npos || name.starts_with('/') || name.find('\\') != name.npos) return false;
  if (name == "UTC" || !std::filesystem::exists(kZones, ignored))
    return true;  // without the data nobody can say
  return std::filesystem::is_regular_file(kZones / name, ignored);
}

void check_zone(const Field& zone) {
  if (!zone) return;
  std::string name(zone.text()), lower = name;
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (name.empty()) {
    zone.invalid(name, "timeZone must be nil or non-empty string");
  } else if (lower == "local") {
    zone.invalid(name,
                 "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones");
  } else if (!is_zone(name)) {
    zone.invalid(name, "unknown time zone " + name);
  }
}

void check_schedule(const Field& schedule) {
  std::string_view text = schedule.text();
  if (!require_text(schedule)) return;
  if (text.find("TZ") != text.npos) {
    schedule.invalid(text, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
  } else if (auto problem = cron_problem(text)) {
    schedule.invalid(text, *problem);
  }
}

void check_job_template(const Field& spec) {
  check_job_spec(spec);
  if (!spec["manualSelector"].flag()) return;
  static constexpr std::string_view kSupported[] = {"nil", "false"};
  FieldError error = FieldError::not_supported(spec["manualSelector"].path(), "", kSupported);
  error.value = "true";
  spec.errors().push_back(std::move(error));
}

void validate_cron_job(const Value& object, FieldErrors& errors) {
  static constexpr std::string_view kPolicies[] = {"Allow", "Forbid", "Replace"};
  Field whole(object, errors);
  Field spec = whole["spec"], name = whole["metadata"]["name"];
  if (name.text().size() > kLongestName) name.invalid(name.text(), "must be no more than 52 characters");
  check_schedule(spec["schedule"]);
  check_non_negative(spec["startingDeadlineSeconds"]);
  check_zone(spec["timeZone"]);
  require_one_of(spec["concurrencyPolicy"], kPolicies);
  check_job_template(spec["jobTemplate"]["spec"]);
  check_non_negative(spec["successfulJobsHistoryLimit"]);
  check_non_negative(spec["failedJobsHistoryLimit"]);
}

}  // namespace

const KindRules kCronJobs = {.group = "batch", .resource = "cronjobs", .validate = validate_cron_job};

}  // namespace pedalion::registry::builtin::kinds::workloads
