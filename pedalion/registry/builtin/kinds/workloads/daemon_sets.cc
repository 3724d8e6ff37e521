// Daemon sets: a pod a node.
#include <charconv>
#include <string>

#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/pods/pods.h"
#include "pedalion/registry/builtin/kinds/pods/warnings.h"
#include "pedalion/registry/builtin/kinds/workloads/rows.h"
#include "pedalion/registry/builtin/kinds/workloads/templates.h"

namespace pedalion::registry::builtin::kinds::workloads {
namespace {

constexpr std::string_view kTemplateCount = "deprecated.daemonset.template.generation";

void set_template_count(Filler& object, std::int64_t count) {
  Value& annotations = object.in("metadata").in("annotations").object();
  annotations.set(kTemplateCount, Value::string(std::to_string(count), object.arena()), object.arena());
}

void prepare_daemon_set(Filler& object, const rest::RequestContext&) { set_template_count(object, 1); }

void count_template(Filler& object, const Value& old) {
  std::string_view before = old.string_at({"metadata", "annotations", kTemplateCount});
  std::int64_t count = 0;
  std::from_chars(before.data(), before.data() + before.size(), count);
  bool changed = differs(object.object(), old, {"spec", "template"}) ||
                 differs(object.object(), old, {"spec", "updateStrategy"});
  set_template_count(object, count + (changed ? 1 : 0));
}

void check_rolling(const Field& rolling) {
  if (!rolling) {
    rolling.required();
    return;
  }
  Field unavailable = rolling["maxUnavailable"], surge = rolling["maxSurge"];
  check_amount_or_percent(unavailable);
  check_at_most_all(unavailable);
  check_amount_or_percent(surge);
  check_at_most_all(surge);
  if (!is_none(unavailable) && !is_none(surge)) {
    surge.invalid("may not be set when `maxUnavailable` is non-zero");
  } else if (is_none(unavailable) && is_none(surge)) {
    unavailable.required("cannot be 0 when `maxSurge` is 0");
  }
}

void validate_daemon_set(const Value& object, FieldErrors& errors) {
  static constexpr std::string_view kStrategies[] = {"RollingUpdate", "OnDelete"};
  Field spec = Field(object, errors)["spec"];
  Field strategy = spec["updateStrategy"];
  if (check_selector(spec["selector"], "daemonset")) check_match(spec["selector"], spec["template"]);
  pods::validate_pod_template(spec["template"]);
  check_runs_always(spec["template"], "DaemonSet");
  check_non_negative(spec["minReadySeconds"]);
  std::string_view type = strategy["type"].text();
  if (type == "RollingUpdate") {
    check_rolling(strategy["rollingUpdate"]);
  } else if (type != "OnDelete") {
    strategy["type"].reported_at(strategy.path()).not_supported(kStrategies);
  }
  check_non_negative(spec["revisionHistoryLimit"]);
}

void validate_daemon_set_update(const Value& object, const Value& old, FieldErrors& errors) {
  require_same(object, old, {"spec", "selector"}, errors);
}

void validate_daemon_set_status(const Value& object, const Value& old, FieldErrors& errors) {
  Field status = Field(object, errors)["status"];
  check_counters(status,
                 {"currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady",
                  "observedGeneration", "updatedNumberScheduled", "numberAvailable", "numberUnavailable"});
  check_collisions(status, Field(old, errors)["status"]);
}

}  // namespace

const KindRules kDaemonSets = {.group = "apps",
                               .resource = "daemonsets",
                               .prepare_create = prepare_daemon_set,
                               .prepare_update = count_template,
                               .validate = validate_daemon_set,
                               .validate_update = validate_daemon_set_update,
                               .validate_status_update = validate_daemon_set_status,
                               .warn = pods::warn_of_template};

}  // namespace pedalion::registry::builtin::kinds::workloads
