#include "pedalion/registry/rest/option_rules.h"

#include "pedalion/apimachinery/meta/errors.h"

namespace pedalion::registry::rest {

using meta::FieldError;
using meta::FieldPath;

namespace {

void check_delete_options(const DeleteOptions& options, const std::vector<std::string_view>& dry_run,
                          meta::FieldErrors& errors) {
  static constexpr std::string_view kPolicies[] = {"Foreground", "Background", "Orphan", "nil"};
  const FieldPath path("propagationPolicy");
  if (options.propagation_policy) {
    const std::string& policy = *options.propagation_policy;
    if (options.orphan_dependents)
      errors.push_back(
          FieldError::invalid(path, policy, "orphanDependents and deletionPropagation cannot be both set"));
    if (policy != "Foreground" && policy != "Background" && policy != "Orphan")
      errors.push_back(FieldError::not_supported(path, policy, kPolicies));
  }
  check_dry_run(dry_run, errors);
}

}  // namespace

bool check_dry_run(const std::vector<std::string_view>& values, meta::FieldErrors& errors) {
  bool all = !values.empty();
  std::string shown = "[";
  for (std::string_view value : values) {
    all = all && value == "All";
    shown += (shown.size() > 1 ? "," : "") + meta::go_quoted(value);
  }
  if (!values.empty() && !all) {
    errors.push_back({FieldError::Type::kNotSupported, "dryRun", shown + "]", "supported values: \"All\""});
  }
  return all;
}

Result<DeleteOptions> judged(DeleteOptions options, const std::vector<std::string_view>& dry_run) {
  meta::FieldErrors errors;
  check_delete_options(options, dry_run, errors);
  if (!errors.empty()) return std::unexpected(meta::invalid("meta.k8s.io", "DeleteOptions", "", errors));
  options.dry_run = !dry_run.empty();
  return options;
}

Result<DeleteOptions> delete_options_of(const json::Value& object) {
  DeleteOptions options;
  if (const auto* grace = object.find("gracePeriodSeconds")) options.grace_period_seconds = grace->as_int();
  if (const auto* orphan = object.find("orphanDependents")) options.orphan_dependents = orphan->as_bool();
  if (const auto* policy = object.find("propagationPolicy")) options.propagation_policy = policy->as_string();
  if (const auto* uid = object.at({"preconditions", "uid"})) options.preconditions.uid = uid->as_string();
  if (const auto* version = object.at({"preconditions", "resourceVersion"}))
    options.preconditions.resource_version = version->as_string();
  std::vector<std::string_view> dry_run;
  if (const auto* values = object.find("dryRun")) {
    for (const auto& value : values->items()) dry_run.push_back(value.as_string());
  }
  return judged(std::move(options), dry_run);
}

}  // namespace pedalion::registry::rest
