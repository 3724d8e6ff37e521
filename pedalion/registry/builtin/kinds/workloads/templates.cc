#include "pedalion/registry/builtin/kinds/workloads/templates.h"

#include <algorithm>
#include <utility>

#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/apimachinery/selector/label_selector.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/pods/pods.h"
#include "pedalion/registry/builtin/kinds/pods/warnings.h"
#include "pedalion/registry/builtin/kinds/selectors.h"

namespace pedalion::registry::builtin::kinds::workloads {

namespace {

std::vector<std::pair<std::string_view, std::string_view>> labels_of(const Field& pod_template) {
  std::vector<std::pair<std::string_view, std::string_view>> labels;
  Field field = pod_template.at({"metadata", "labels"});
  field.each_entry([&](std::string_view key, const Field& value) { labels.emplace_back(key, value.text()); });
  return labels;
}

}  // namespace

void check_runs_for_good(const Field& pod_template, std::string_view controller) {
  static constexpr std::string_view kAlways[] = {"Always"};
  Field policy = pod_template.at({"spec", "restartPolicy"});
  if (policy.text() != kAlways[0]) policy.not_supported(kAlways);
  if (Field deadline = pod_template.at({"spec", "activeDeadlineSeconds"}); deadline) {
    deadline.forbidden("activeDeadlineSeconds in " + std::string(controller) + " is not Supported");
  }
}

Selected selects(const Field& selector, const Field& pod_template) {
  if (!selector) return Selected::kNo;
  if (!is_valid_label_selector(selector.value())) return Selected::kUnreadable;
  auto wanted = selector::LabelSelector::from_object(*selector.value());
  if (!wanted) return Selected::kUnreadable;
  return wanted->matches(labels_of(pod_template)) ? Selected::kYes : Selected::kNo;
}

void report_mismatch(const Field& pod_template) {
  Field labels = pod_template.at({"metadata", "labels"});
  labels.invalid(labels ? *labels.value() : Value(), "`selector` does not match template `labels`");
}

bool is_empty_selector(const Field& selector) {
  return selector["matchLabels"].empty() && selector["matchExpressions"].empty();
}

void check_controller_selector(const Field& selector, std::string_view controller) {
  if (!selector) return selector.required();
  check_label_selector(selector);
  if (is_empty_selector(selector)) {
    selector.invalid("empty selector is invalid for " + std::string(controller));
  }
}

void warn_of_pod_names(const Value& object, Warnings& warnings) {
  auto problems = meta::dns_label_problems(object.string_at({"metadata", "name"}));
  if (problems.empty()) return;
  std::string all;
  for (const std::string& problem : problems) all += (all.empty() ? "" : " ") + problem;
  warnings.push_back(
      "metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a "
      "DNS label is recommended: [" +
      all + "]");
}

bool wants_other(const Value& object, const Value& old) {
  return differs(object, old, {"metadata", "generation"});
}

void warn_of_new(const Value& object, Warnings& warnings) {
  warn_of_pod_names(object, warnings);
  pods::warn_of_template(object, warnings);
}

void warn_of_changed(const Value& object, const Value& old, Warnings& warnings) {
  if (wants_other(object, old)) pods::warn_of_template(object, warnings);
}

}  // namespace pedalion::registry::builtin::kinds::workloads
