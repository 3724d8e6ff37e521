// Replication controllers and pod templates, the oldest of their kind.
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/pods/pods.h"
#include "pedalion/registry/builtin/kinds/pods/warnings.h"
#include "pedalion/registry/builtin/kinds/workloads/counts.h"
#include "pedalion/registry/builtin/kinds/workloads/rows.h"
#include "pedalion/registry/builtin/kinds/workloads/templates.h"

namespace pedalion::registry::builtin::kinds::workloads {

namespace {

/// The selector is a plain map of labels.
bool finds(const Field& selector, const Field& pod_template) {
  Field labels = pod_template.at({"metadata", "labels"});
  bool all = true;
  selector.each_entry([&](std::string_view key, const Field& value) {
    Field label = labels.entry(key);
    all = all && label && label.text() == value.text();
  });
  return all;
}

void validate_controller(const Value& object, FieldErrors& errors) {
  Field spec = Field(object, errors)["spec"], selector = spec["selector"], pod_template = spec["template"];
  check_non_negative(spec["minReadySeconds"]);
  if (selector.empty()) selector.required();
  if (spec["replicas"]) {
    check_non_negative(spec["replicas"]);
  } else {
    spec["replicas"].required("");
  }
  if (!pod_template) return pod_template.required();
  if (!finds(selector, pod_template)) report_mismatch(pod_template);
  pods::validate_pod_template(pod_template);
  check_runs_for_good(pod_template, "ReplicationController");
}

/// An update is judged as a new object, and once more as an update.
void validate_controller_update(const Value& object, const Value&, FieldErrors& errors) {
  validate_controller(object, errors);
}

void validate_controller_status(const Value& object, const Value&, FieldErrors& errors) {
  static constexpr std::string_view kCounts[] = {"replicas", "fullyLabeledReplicas", "readyReplicas",
                                                 "availableReplicas", "observedGeneration"};
  static constexpr std::string_view kParts[] = {"fullyLabeledReplicas", "readyReplicas", "availableReplicas"};
  Field status = Field(object, errors)["status"];
  check_counts(status, kCounts);
  check_parts(status, kParts, "readyReplicas");
}

void validate_template(const Value& object, FieldErrors& errors) {
  pods::validate_pod_template(Field(object, errors)["template"]);
}

void warn_of_pod_template(const Value& object, Warnings& warnings) {
  const Value* pod_template = object.find("template");
  if (pod_template != nullptr) pods::warn_of_pod_template(*pod_template, FieldPath("template"), warnings);
}

void warn_of_changed_template(const Value& object, const Value& old, Warnings& warnings) {
  if (wants_other(object, old)) warn_of_pod_template(object, warnings);
}

}  // namespace

const KindRules kReplicationControllers = {.group = "",
                                           .resource = "replicationcontrollers",
                                           .validate = validate_controller,
                                           .validate_update = validate_controller_update,
                                           .validate_status_update = validate_controller_status,
                                           .warn = warn_of_new,
                                           .warn_update = warn_of_changed};
const KindRules kPodTemplates = {.group = "",
                                 .resource = "podtemplates",
                                 .validate = validate_template,
                                 .warn = warn_of_pod_template,
                                 .warn_update = warn_of_changed_template};

}  // namespace pedalion::registry::builtin::kinds::workloads
