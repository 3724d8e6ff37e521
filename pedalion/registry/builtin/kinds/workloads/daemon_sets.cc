// Daemon sets. Their template's changes are counted in an annotation: the field for it is gone.
#include <charconv>
#include <string>

#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/go_form.h"
#include "pedalion/registry/builtin/kinds/pods/pods.h"
#include "pedalion/registry/builtin/kinds/pods/warnings.h"
#include "pedalion/registry/builtin/kinds/selectors.h"
#include "pedalion/registry/builtin/kinds/workloads/counts.h"
#include "pedalion/registry/builtin/kinds/workloads/int_or_percent.h"
#include "pedalion/registry/builtin/kinds/workloads/rows.h"
#include "pedalion/registry/builtin/kinds/workloads/templates.h"

namespace pedalion::registry::builtin::kinds::workloads {

namespace {

constexpr std::string_view kTemplateCount = "deprecated.daemonset.template.generation";

std::int64_t template_count(const Value& object) {
  std::string_view text = object.string_at({"metadata", "annotations", kTemplateCount});
  std::int64_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

void set_template_count(Filler& object, std::int64_t count) {
  Value& annotations = object.in("metadata").in("annotations").object();
  annotations.set(kTemplateCount, Value::string(std::to_string(count), object.arena()), object.arena());
  annotations.sort_members();
}

void prepare_create(Filler& object, const rest::RequestContext&) {
  set_template_count(object, std::max<std::int64_t>(template_count(object.object()), 1));
}

void prepare_update(Filler& object, const Value& old) {
  bool changed = differs(object.object(), old, {"spec", "template"});
  set_template_count(object, template_count(old) + (changed ? 1 : 0));
}

void check_rolling_update(const Field& rolling) {
  Field unavailable = rolling["maxUnavailable"], surge = rolling["maxSurge"];
  check_int_or_percent(unavailable);
  check_int_or_percent(surge);
  check_at_most_all(unavailable);
  check_at_most_all(surge);
  bool stops = int_or_percent_value(unavailable) != 0, adds = int_or_percent_value(surge) != 0;
  if (stops && adds) surge.invalid("may not be set when maxUnavailable is non-zero");
  if (!stops && !adds) unavailable.required("cannot be 0 when maxSurge is 0");
}

void check_strategy(const Field& strategy) {
  static constexpr std::string_view kTypes[] = {"RollingUpdate", "OnDelete"};
  std::string_view type = strategy["type"].text();
  if (type == "RollingUpdate") {
    if (!strategy["rollingUpdate"]) return strategy["rollingUpdate"].required();
    check_rolling_update(strategy["rollingUpdate"]);
  } else if (type != "OnDelete") {
    not_supported_struct(strategy, {"apps/v1", "DaemonSetUpdateStrategy"}, kTypes);
  }
}

void validate(const Value& object, FieldErrors& errors) {
  Field spec = Field(object, errors)["spec"], selector = spec["selector"], pod_template = spec["template"];
  check_label_selector(selector);
  if (selects(selector, pod_template) == Selected::kNo) report_mismatch(pod_template);
  if (selector && is_empty_selector(selector)) selector.invalid("empty selector is invalid for daemonset");
  pods::validate_pod_template(pod_template);
  check_runs_for_good(pod_template, "DaemonSet");
  check_non_negative(spec["minReadySeconds"]);
  if (std::int64_t count = template_count(object); count < 0) {
    spec["templateGeneration"].invalid(Value::integer(count), "must be greater than or equal to 0");
  }
  check_strategy(spec["updateStrategy"]);
  check_non_negative(spec["revisionHistoryLimit"]);
}

/// An update is judged as a new object, and once more as an update.
void validate_update(const Value& object, const Value& old, FieldErrors& errors) {
  validate(object, errors);
  check_immutable(Field(object, errors).at({"spec", "selector"}),
                  Field(old, errors).at({"spec", "selector"}));
}

void validate_status(const Value& object, const Value& old, FieldErrors& errors) {
  static constexpr std::string_view kCounts[] = {
      "currentNumberScheduled", "numberMisscheduled",     "desiredNumberScheduled", "numberReady",
      "observedGeneration",     "updatedNumberScheduled", "numberAvailable",        "numberUnavailable",
      "collisionCount"};
  Field status = Field(object, errors)["status"];
  check_counts(status, kCounts);
  check_collisions(status, Field(old, errors)["status"]);
}

}  // namespace

const KindRules kDaemonSets = {.group = "apps",
                               .resource = "daemonsets",
                               .prepare_create = prepare_create,
                               .prepare_update = prepare_update,
                               .validate = validate,
                               .validate_update = validate_update,
                               .validate_status_update = validate_status,
                               .warn = pods::warn_of_template,
                               .warn_update = warn_of_changed};

}  // namespace pedalion::registry::builtin::kinds::workloads
