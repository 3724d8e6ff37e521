#include "pedalion/registry/builtin/kinds/workloads/job_policies.h"

#include <algorithm>
#include <set>

#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/workloads/job_indexes.h"

namespace pedalion::registry::builtin::kinds::workloads {

namespace {

constexpr std::size_t kMaxRules = 20, kMaxExitCodes = 255, kMaxConditions = 20, kMaxIndexText = 64 * 1024;

/// An enumeration whose absence is answered with a list in Go's notation.
void check_choice(const Field& field, std::span<const std::string_view> supported) {
  if (!field.text().empty()) return check_one_of(field, supported);
  std::string all;
  for (std::string_view word : supported) all += (all.empty() ? "" : " ") + meta::go_quoted(word);
  field.required("valid values: [" + all + "]");
}

std::set<std::string_view> container_names(const Field& spec) {
  std::set<std::string_view> names;
  Field pod = spec.at({"template", "spec"});
  for (std::string_view list : {"containers", "initContainers"}) {
    pod[list].each([&](const Field& container) { names.insert(container["name"].text()); });
  }
  return names;
}

void check_exit_code_values(const Field& requirement) {
  Field values = requirement["values"];
  Value shown = values ? *values.value() : Value();
  if (values.empty()) {
    values.invalid(shown, "at least one value is required");
  } else if (values.size() > kMaxExitCodes) {
    values.too_many(kMaxExitCodes);
  }
  std::set<std::int64_t> seen;
  std::int64_t previous = 0;
  bool ordered = true;
  values.each([&](const Field& code) {
    if (requirement["operator"].text() == "In" && code.number() == 0) {
      code.invalid("must not be 0 for the In operator");
    }
    if (!seen.insert(code.number()).second) code.duplicate();
    ordered = ordered && (seen.size() == 1 || previous <= code.number());
    previous = code.number();
  });
  if (!ordered) values.invalid(shown, "must be ordered");
}

void check_exit_codes(const Field& requirement, const std::set<std::string_view>& names) {
  static constexpr std::string_view kOperators[] = {"In", "NotIn"};
  check_choice(requirement["operator"], kOperators);
  Field container = requirement["containerName"];
  if (container && !names.contains(container.text())) {
    container.invalid("must be one of the container or initContainer names in the pod template");
  }
  check_exit_code_values(requirement);
}

void check_conditions(const Field& patterns) {
  static constexpr std::string_view kStatuses[] = {"False", "True", "Unknown"};
  if (patterns.size() > kMaxConditions) patterns.too_many(kMaxConditions);
  patterns.each([](const Field& pattern) {
    check_name(pattern["type"], meta::qualified_name_problems);
    check_choice(pattern["status"], kStatuses);
  });
}

void check_failure_rule(const Field& spec, const Field& rule, const std::set<std::string_view>& names) {
  static constexpr std::string_view kActions[] = {"Count", "FailIndex", "FailJob", "Ignore"};
  Field action = rule["action"], codes = rule["onExitCodes"], conditions = rule["onPodConditions"];
  check_choice(action, kActions);
  if (action.text() == "FailIndex" && !spec["backoffLimitPerIndex"]) {
    action.invalid("requires the backoffLimitPerIndex to be set");
  }
  if (codes) check_exit_codes(codes, names);
  if (!conditions.empty()) check_conditions(conditions);
  if (codes && !conditions.empty()) {
    rule.invalid_unshown("specifying both OnExitCodes and OnPodConditions is not supported");
  }
  if (!codes && conditions.empty()) {
    rule.invalid_unshown("specifying one of OnExitCodes and OnPodConditions is required");
  }
}

std::string at_most(std::int64_t limit, std::string_view of_what) {
  return "must be less than or equal to " + std::to_string(limit) + " (the number of " +
         std::string(of_what) + ")";
}

void check_success_rule(const Field& spec, const Field& rule) {
  Field count = rule["succeededCount"], indexes = rule["succeededIndexes"];
  std::int64_t completions = spec["completions"].number(), total = 0;
  if (!count && !indexes) {
    rule.required("at least one of succeededCount or succeededIndexes must be specified");
  }
  if (indexes) {
    if (indexes.text().size() > kMaxIndexText) indexes.too_long(kMaxIndexText);
    auto counted = count_indexes(indexes.text(), completions);
    total = counted.value_or(0);
    if (!counted) indexes.invalid("error parsing succeededIndexes: " + counted.error());
  }
  if (!count) return;
  check_non_negative(count);
  if (count.number() > completions) count.invalid(at_most(completions, "specified completions"));
  if (indexes && count.number() > total) {
    count.invalid(at_most(total, "indexes in the specified succeededIndexes field"));
  }
}

}  // namespace

void check_failure_policy(const Field& spec) {
  Field rules = spec["podFailurePolicy"]["rules"];
  if (rules.size() > kMaxRules) rules.too_many(kMaxRules);
  auto names = container_names(spec);
  rules.each([&](const Field& rule) { check_failure_rule(spec, rule, names); });
}

void check_success_policy(const Field& spec) {
  Field rules = spec["successPolicy"]["rules"];
  if (rules.empty()) {
    rules.required("at least one rules must be specified when the successPolicy is specified");
  }
  if (rules.size() > kMaxRules) rules.too_many(kMaxRules);
  rules.each([&](const Field& rule) { check_success_rule(spec, rule); });
}

}  // namespace pedalion::registry::builtin::kinds::workloads
