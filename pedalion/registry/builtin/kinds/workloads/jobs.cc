// Jobs: their generated selector, and what of them may change.
#include <algorithm>

#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/apimachinery/selector/label_selector.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/go_form.h"
#include "pedalion/registry/builtin/kinds/pods/pods.h"
#include "pedalion/registry/builtin/kinds/selectors.h"
#include "pedalion/registry/builtin/kinds/workloads/job_spec.h"
#include "pedalion/registry/builtin/kinds/workloads/job_status.h"
#include "pedalion/registry/builtin/kinds/workloads/rows.h"
#include "pedalion/registry/builtin/kinds/workloads/templates.h"

namespace pedalion::registry::builtin::kinds::workloads {

namespace {

constexpr std::string_view kUidLabel = "batch.kubernetes.io/controller-uid",
                           kNameLabel = "batch.kubernetes.io/job-name";
constexpr std::string_view kOldUidLabel = "controller-uid", kOldNameLabel = "job-name";

void set_label(Value& labels, std::string_view name, std::string_view value, json::Arena& arena) {
  if (labels.find(name) == nullptr) labels.set(name, Value::string(value, arena), arena);
}

/// Without a selector of its own a job selects, and its pods wear, its uid.
void prepare_create(Filler& job, const rest::RequestContext&) {
  const Value& read = job.object();
  const Value* manual = read.at({"spec", "manualSelector"});
  if (manual != nullptr && manual->bool_or(false)) return;
  std::string_view uid = read.string_at({"metadata", "uid"}), name = read.string_at({"metadata", "name"});
  json::Arena& arena = job.arena();
  Value& labels = job.in("spec").in("template").in("metadata").in("labels").object();
  set_label(labels, kUidLabel, uid, arena);
  set_label(labels, kNameLabel, name, arena);
  set_label(labels, kOldUidLabel, uid, arena);
  set_label(labels, kOldNameLabel, name, arena);
  labels.sort_members();
  Value& wanted = job.in("spec").in("selector").in("matchLabels").object();
  set_label(wanted, kUidLabel, uid, arena);
  wanted.sort_members();
}

void check_label(const Field& labels, std::string_view name, std::string_view wanted) {
  Field label = labels.entry(name);
  std::string detail = "must be '" + std::string(wanted) + "'";
  if (!label) return label.required(detail);
  if (label.text() != wanted) label.invalid(*labels.value(), detail);
}

/// What prepare_create generates is there, unless the client has been told to do that.
void check_generated(const Value& object, bool new_labels, FieldErrors& errors) {
  Field job(object, errors), spec = job["spec"], selector = spec["selector"];
  if (spec["manualSelector"].flag() || !selector) return;
  std::string_view uid = job.at({"metadata", "uid"}).text(), name = job.at({"metadata", "name"}).text();
  Field labels = spec.at({"template", "metadata", "labels"});
  check_label(labels, kOldUidLabel, uid);
  check_label(labels, kOldNameLabel, name);
  std::vector<std::pair<std::string_view, std::string_view>> expected = {{kOldUidLabel, uid},
                                                                         {kOldNameLabel, name}};
  if (new_labels) {
    check_label(labels, kUidLabel, uid);
    check_label(labels, kNameLabel, name);
    expected.insert(expected.begin(), {{kUidLabel, uid}, {kNameLabel, name}});
  }
  if (!is_valid_label_selector(selector.value())) return;
  auto wanted = selector::LabelSelector::from_object(*selector.value());
  if (wanted && !wanted->matches(expected)) selector.invalid("`selector` not auto-generated");
}

void check_spec(const Field& spec, LabelValues values) {
  Field selector = spec["selector"];
  check_job_spec(spec);
  if (selector) {
    check_label_selector(selector, values);
  } else {
    selector.required();
  }
  if (selects(selector, spec["template"]) == Selected::kNo) report_mismatch(spec["template"]);
}

/// Pods of an indexed job are named after it and their index.
void check_pod_names(const Value& object, FieldErrors& errors) {
  Field job(object, errors), spec = job["spec"], name = job.at({"metadata", "name"});
  std::int64_t completions = spec["completions"].number();
  if (spec["completionMode"].text() != "Indexed" || completions <= 0) return;
  std::string last = std::string(name.text()) + "-" + std::to_string(completions - 1);
  if (meta::dns_label_problems(last).empty()) return;
  name.invalid(name.text(), "will not able to create pod with invalid DNS label: " + last);
}

void check_whole(const Value& object, bool new_labels, LabelValues values, FieldErrors& errors) {
  check_generated(object, new_labels, errors);
  check_spec(Field(object, errors)["spec"], values);
  check_pod_names(object, errors);
}

void validate(const Value& object, FieldErrors& errors) {
  check_whole(object, true, LabelValues::kJudged, errors);
}

void check_completions(const Field& spec, const Field& before) {
  Field completions = spec["completions"];
  if (spec["completionMode"].text() != "Indexed") return check_immutable(completions, before["completions"]);
  if (!completions || same(completions, before["completions"])) return;
  if (completions.number() == spec["parallelism"].number()) return;
  completions.invalid("can only be modified in tandem with spec.parallelism");
}

/// `to`'s member becomes what `from` has there.
void take(Value& to, const Value* from, std::string_view member, json::Arena& arena) {
  const Value* value = from == nullptr ? nullptr : from->find(member);
  if (value == nullptr || value->is_null()) {
    to.erase(member);
  } else {
    to.set(member, *value, arena);
  }
}

/// Where the old pods were to run becomes where the new ones are to run: of the affinity, to nodes only.
void take_affinity(Value& old_spec, const Value& spec, json::Arena& arena) {
  const Value* affinity = spec.find("affinity");
  bool cleared = affinity == nullptr || affinity->is_null();
  Value* before = old_spec.find("affinity");
  if (before == nullptr || before->is_null()) {
    if (cleared) return;
    before = &old_spec.object_at("affinity", arena);
  }
  take(*before, cleared ? nullptr : affinity, "nodeAffinity", arena);
  if (cleared && before->empty()) old_spec.erase("affinity");
}

void take_resources(Value& old_spec, const Value& spec, std::string_view list, json::Arena& arena) {
  Value* before = old_spec.find(list);
  const Value* now = spec.find(list);
  if (before == nullptr || now == nullptr || before->size() != now->size()) return;
  for (std::size_t i = 0; i < now->items().size(); ++i) {
    const Value& container = now->items()[i];
    if (std::as_const(before->items()[i]).string_at({"name"}) != container.string_at({"name"})) continue;
    take(before->items()[i], &container, "resources", arena);
  }
}

/// As check_immutable(), with a struct's form of its own.
void check_kept(const Field& field, const Field& old, std::string (*form)(const Value*)) {
  if (same(field, old)) return;
  field.invalid("field is immutable");
  field.errors().back().value = form(field.value());
}

/// While a job rests, where its pods run and what they need may change; nothing else of them ever may.
void check_template_update(const Field& spec, const Value& old, FieldErrors& errors) {
  Field pod_template = spec["template"], before = Field(old, errors)["spec"]["template"];
  if (!rests(old) || !pod_template || !before) {
    return check_kept(pod_template, before, pods::go_pod_template);
  }
  json::Arena arena;
  Value expected = json::deep_copy(*before.value(), arena);
  Value& old_spec = expected.object_at("spec", arena);
  static const Value kNone;
  const Value& new_spec = pod_template["spec"] ? *pod_template["spec"].value() : kNone;
  take_affinity(old_spec, new_spec, arena);
  for (std::string_view member : {"nodeSelector", "tolerations", "schedulingGates"}) {
    take(old_spec, &new_spec, member, arena);
  }
  for (std::string_view list : {"containers", "initContainers"}) {
    take_resources(old_spec, new_spec, list, arena);
  }
  check_kept(pod_template["spec"], Field(&old_spec, before.path(), errors), pods::go_pod_spec);
}

/// An update is judged as a new object, and once more as an update.
void validate_update(const Value& object, const Value& old, FieldErrors& errors) {
  Field spec = Field(object, errors)["spec"], before = Field(old, errors)["spec"];
  Field old_labels = before.at({"template", "metadata", "labels"});
  LabelValues values =
      is_valid_label_selector(before["selector"].value()) ? LabelValues::kJudged : LabelValues::kLetPass;
  check_whole(object, old_labels.entry(kNameLabel) && old_labels.entry(kUidLabel), values, errors);
  check_spec(spec, values);
  check_completions(spec, before);
  check_immutable(spec["selector"], before["selector"]);
  check_template_update(spec, old, errors);
  check_immutable(spec["completionMode"], before["completionMode"]);
  check_immutable_struct(spec["podFailurePolicy"], before["podFailurePolicy"],
                         {"batch/v1", "PodFailurePolicy"});
  check_immutable(spec["backoffLimitPerIndex"], before["backoffLimitPerIndex"]);
  check_immutable(spec["managedBy"], before["managedBy"]);
  check_immutable_struct(spec["successPolicy"], before["successPolicy"], {"batch/v1", "SuccessPolicy"});
}

void warn(const Value& object, Warnings& warnings) {
  warn_of_pod_names(object, warnings);
  warn_of_job_spec(object.find("spec"), FieldPath("spec"), warnings);
}

void warn_update(const Value& object, const Value& old, Warnings& warnings) {
  if (wants_other(object, old)) warn_of_job_spec(object.find("spec"), FieldPath("spec"), warnings);
}

}  // namespace

const KindRules kJobs = {.group = "batch",
                         .resource = "jobs",
                         .prepare_create = prepare_create,
                         .defaults_follow_preparation = true,
                         .validate = validate,
                         .validate_update = validate_update,
                         .update_judged_alone = true,
                         .validate_status_update = validate_job_status,
                         .warn = warn,
                         .warn_update = warn_update};

}  // namespace pedalion::registry::builtin::kinds::workloads
