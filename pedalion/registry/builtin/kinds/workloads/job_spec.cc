#include "pedalion/registry/builtin/kinds/workloads/job_spec.h"

#include <algorithm>

#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/go_form.h"
#include "pedalion/registry/builtin/kinds/pods/pods.h"
#include "pedalion/registry/builtin/kinds/pods/warnings.h"
#include "pedalion/registry/builtin/kinds/workloads/job_policies.h"

namespace pedalion::registry::builtin::kinds::workloads {

namespace {

constexpr std::int64_t kManyCompletions = 100'000, kMaxIndexedParallelism = 100'000,
                       kMaxFailedIndexes = 100'000;
// With many completions.
constexpr std::int64_t kFewerPods = 10'000, kFewerFailedIndexes = 10'000;
constexpr std::size_t kMaxManagedBy = 63;

void check_at_most(const Field& field, std::int64_t limit, std::string_view circumstances = {}) {
  if (!field || field.number() <= limit) return;
  field.invalid("must be less than or equal to " + std::to_string(limit) + std::string(circumstances));
}

void check_numbers(const Field& spec) {
  for (std::string_view field : {"parallelism", "completions", "activeDeadlineSeconds", "backoffLimit",
                                 "ttlSecondsAfterFinished", "backoffLimitPerIndex"}) {
    check_non_negative(spec[field]);
  }
  Field failed = spec["maxFailedIndexes"];
  if (!failed) return;
  check_non_negative(failed);
  if (!spec["backoffLimitPerIndex"]) {
    spec["backoffLimitPerIndex"].required("when maxFailedIndexes is specified");
  }
}

void check_manager(const Field& manager) {
  if (!manager) return;
  if (require_text(manager)) check_domain_prefixed_path(manager);
  if (manager.text().size() > kMaxManagedBy) manager.too_long(kMaxManagedBy);
}

/// Indexes are kept in the status, which must not grow too large.
void check_many_completions(const Field& spec) {
  static constexpr std::string_view kWhen =
      " when completions are above 100000 and used with backoff limit per index";
  Field failed = spec["maxFailedIndexes"];
  if (!failed) failed.required("must be specified when completions is above 100000");
  check_at_most(spec["parallelism"], kFewerPods, kWhen);
  check_at_most(failed, kFewerFailedIndexes, kWhen);
}

void check_indexed(const Field& spec) {
  Field completions = spec["completions"], failed = spec["maxFailedIndexes"];
  if (!completions) completions.required("when completion mode is Indexed");
  check_at_most(spec["parallelism"], kMaxIndexedParallelism, " when completion mode is Indexed");
  if (completions && failed && failed.number() > completions.number()) {
    failed.invalid("must be less than or equal to completions");
  }
  check_at_most(failed, kMaxFailedIndexes);
  if (completions.number() > kManyCompletions && spec["backoffLimitPerIndex"]) check_many_completions(spec);
}

void check_mode(const Field& spec) {
  static constexpr std::string_view kModes[] = {"NonIndexed", "Indexed"};
  Field mode = spec["completionMode"];
  bool known = std::ranges::find(kModes, mode.text()) != std::end(kModes);
  if (mode && !known) mode.not_supported(kModes);
  if (mode.text() == "Indexed") check_indexed(spec);
  if (mode && mode.text() != "NonIndexed") return;
  for (std::string_view field : {"backoffLimitPerIndex", "maxFailedIndexes"}) {
    if (spec[field]) spec[field].invalid("requires indexed completion mode");
  }
}

void check_policies(const Field& spec) {
  static constexpr std::string_view kReplacements[] = {"Failed", "TerminatingOrFailed"};
  Field failure = spec["podFailurePolicy"], success = spec["successPolicy"],
        replacement = spec["podReplacementPolicy"];
  if (failure) check_failure_policy(spec);
  if (success && spec["completionMode"].text() != "Indexed") {
    invalid_struct(success, {"batch/v1", "SuccessPolicy"}, "requires indexed completion mode");
  } else if (success) {
    check_success_policy(spec);
  }
  // Pods whose failures are judged are replaced when they have failed.
  std::span<const std::string_view> allowed(kReplacements, failure ? 1 : 2);
  if (replacement && std::ranges::find(allowed, replacement.text()) == allowed.end()) {
    replacement.not_supported(allowed);
  }
}

void check_restarts(const Field& spec) {
  static constexpr std::string_view kPolicies[] = {"OnFailure", "Never"};
  Field policy = spec.at({"template", "spec", "restartPolicy"});
  if (policy.text().empty() || policy.text() == "Always") {
    policy.required("valid values: \"OnFailure\", \"Never\"");
  } else if (std::ranges::find(kPolicies, policy.text()) == std::end(kPolicies)) {
    policy.not_supported(kPolicies);
  } else if (spec["podFailurePolicy"] && policy.text() != "Never") {
    policy.invalid("only \"Never\" is supported when podFailurePolicy is specified");
  }
}

}  // namespace

void check_job_spec(const Field& spec) {
  check_numbers(spec);
  check_manager(spec["managedBy"]);
  check_mode(spec);
  check_policies(spec);
  pods::validate_pod_template(spec["template"]);
  check_restarts(spec);
}

void warn_of_job_spec(const Value* spec, const FieldPath& path, Warnings& warnings) {
  if (spec == nullptr) return;
  auto number = [&](std::string_view field) {
    const Value* value = spec->find(field);
    return value == nullptr ? 0 : value->int_or(0);
  };
  if (spec->string_at({"completionMode"}) == "Indexed" && number("completions") > kManyCompletions &&
      number("parallelism") > kFewerPods) {
    warnings.emplace_back(
        "In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, "
        "Kubernetes might not be able to track completedIndexes when a big number of indexes fail");
  }
  const Value* pod_template = spec->find("template");
  if (pod_template != nullptr) pods::warn_of_pod_template(*pod_template, path.child("template"), warnings);
}

}  // namespace pedalion::registry::builtin::kinds::workloads
