// Deployments and their kin, jobs and cron jobs.
#include <algorithm>
#include <charconv>
#include <string>

#include "pedalion/apimachinery/meta/names.h"
#include "pedalion/apimachinery/selector/label_selector.h"
#include "pedalion/registry/builtin/kinds/pods/pods.h"

#include "pedalion/registry/builtin/kinds/pods/warnings.h"
#include "pedalion/registry/builtin/kinds/workloads/workloads.h"

namespace pedalion::registry::builtin::kinds::workloads {

namespace {

using pods::validate_pod_spec;
using pods::warn_of_template;

bool selects_nothing(const Value* selector) {
  if (selector == nullptr) return true;
  const Value *labels = selector->find("matchLabels"), *expressions = selector->find("matchExpressions");
  return (labels == nullptr || labels->empty()) && (expressions == nullptr || expressions->empty());
}

bool selected(const Value& match_labels, const Value* labels) {
  return std::ranges::all_of(match_labels.members(), [&](const json::Member& member) {
    const Value* value = labels == nullptr ? nullptr : labels->find(member.name);
    return value != nullptr && json::equal(*value, member.value);
  });
}

/// A selector is there, and the template's labels answer to it.
void validate_selector(const Value& object, meta::FieldErrors& errors) {
  FieldPath spec("spec");
  const Value* selector = object.at({"spec", "selector"});
  if (selector == nullptr) {
    errors.push_back(FieldError::required(spec.child("selector"), ""));
  } else if (selects_nothing(selector)) {
    errors.push_back(
        FieldError::invalid(spec.child("selector"), *selector, "empty selector is invalid for deployment"));
  }
  const Value* labels = object.at({"spec", "template", "metadata", "labels"});
  const Value* wanted = selector == nullptr ? nullptr : selector->find("matchLabels");
  if (wanted != nullptr && !selected(*wanted, labels)) {
    errors.push_back(FieldError::invalid(spec.child("template").child("metadata").child("labels"),
                                         labels == nullptr ? Value() : *labels,
                                         "`selector` does not match template `labels`"));
  }
  const Value* pod = object.at({"spec", "template", "spec"});
  if (pod != nullptr) validate_pod_spec(*pod, spec.child("template").child("spec"), errors);
}

void validate_selector_update(const Value& object, const Value& old, meta::FieldErrors& errors) {
  require_same(object, old, {"spec", "selector"}, errors);
}

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

void set_label(Value& labels, std::string_view name, std::string_view value, json::Arena& arena) {
  if (labels.find(name) == nullptr) labels.set(name, Value::string(value, arena), arena);
  labels.sort_members();
}

/// Without a selector of its own a job selects, and its pods wear, its uid.
void prepare_job(Filler& job, const rest::RequestContext&) {
  const Value& read = job.object();
  const Value* manual = read.at({"spec", "manualSelector"});
  if (manual != nullptr && manual->bool_or(false)) return;
  std::string_view uid = read.string_at({"metadata", "uid"}), name = read.string_at({"metadata", "name"});
  json::Arena& arena = job.arena();
  Filler metadata = job.in("spec").in("template").in("metadata");
  Value& labels = metadata.in("labels").object();
  set_label(labels, "batch.kubernetes.io/controller-uid", uid, arena);
  set_label(labels, "batch.kubernetes.io/job-name", name, arena);
  set_label(labels, "controller-uid", uid, arena);
  set_label(labels, "job-name", name, arena);
  Value& wanted = job.in("spec").in("selector").in("matchLabels").object();
  set_label(wanted, "batch.kubernetes.io/controller-uid", uid, arena);
}

void validate_job_update(const Value& job, const Value& old, meta::FieldErrors& errors) {
  for (std::string_view field : {"completionMode", "podFailurePolicy", "backoffLimitPerIndex"}) {
    require_same(job, old, {"spec", field}, errors);
  }
  require_same(job, old, {"spec", "selector"}, errors);
  const Value* suspended = old.at({"spec", "suspend"});
  if (suspended == nullptr || !suspended->bool_or(false))
    require_same(job, old, {"spec", "template"}, errors);
}

void validate_job(const Value& job, meta::FieldErrors& errors) {
  const Value* spec = job.at({"spec", "template", "spec"});
  if (spec == nullptr) return;
  FieldPath path = FieldPath("spec").child("template").child("spec");
  validate_pod_spec(*spec, path, errors);
  static constexpr std::string_view kPolicies[] = {"OnFailure", "Never"};
  std::string_view policy = spec->string_at({"restartPolicy"});
  if (policy == "Always") {
    errors.push_back(
        FieldError::required(path.child("restartPolicy"), "valid values: \"OnFailure\", \"Never\""));
  } else if (policy != "OnFailure" && policy != "Never") {
    errors.push_back(FieldError::not_supported(path.child("restartPolicy"), policy, kPolicies));
  }
}

void validate_template(const Value& object, meta::FieldErrors& errors) {
  const Value* pod = object.at({"spec", "template", "spec"});
  FieldPath path = FieldPath("spec").child("template");
  if (pod == nullptr) {
    errors.push_back(FieldError::required(path, ""));
  } else {
    validate_pod_spec(*pod, path.child("spec"), errors);
  }
}

constexpr KindRules kRules[] = {
    {.group = "apps",
     .resource = "deployments",
     .validate = validate_selector,
     .validate_update = validate_selector_update,
     .warn = warn_of_template},
    {.group = "apps",
     .resource = "replicasets",
     .validate = validate_selector,
     .validate_update = validate_selector_update,
     .warn = warn_of_template},
    {.group = "apps",
     .resource = "daemonsets",
     .prepare_create = prepare_daemon_set,
     .prepare_update = count_template,
     .validate = validate_selector,
     .validate_update = validate_selector_update,
     .warn = warn_of_template},
    {.group = "apps",
     .resource = "statefulsets",
     .validate = validate_selector,
     .validate_update = validate_selector_update,
     .warn = warn_of_template},
    {.group = "",
     .resource = "replicationcontrollers",
     .validate = validate_template,
     .warn = warn_of_template},
    {.group = "batch",
     .resource = "jobs",
     .prepare_create = prepare_job,
     .validate = validate_job,
     .validate_update = validate_job_update,
     .warn = warn_of_template},
};

}  // namespace

std::span<const KindRules> rules() { return kRules; }

}  // namespace pedalion::registry::builtin::kinds::workloads
