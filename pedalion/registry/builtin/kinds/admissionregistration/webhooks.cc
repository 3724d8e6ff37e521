// Configurations of webhooks.
#include <algorithm>
#include <set>
#include <string>

#include "pedalion/registry/builtin/kinds/admissionregistration/expressions.h"
#include "pedalion/registry/builtin/kinds/admissionregistration/match.h"
#include "pedalion/registry/builtin/kinds/admissionregistration/rows.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/selectors.h"
#include "pedalion/registry/builtin/kinds/webhook_client.h"

namespace pedalion::registry::builtin::kinds::admissionregistration {

namespace {

constexpr std::string_view kReviewVersions[] = {"v1", "v1beta1"};
constexpr std::string_view kNoSideEffects[] = {"None", "NoneOnDryRun"};
constexpr std::string_view kSideEffects[] = {"None", "NoneOnDryRun", "Some", "Unknown"};

bool is_one_of(std::string_view text, std::span<const std::string_view> words) {
  return std::ranges::find(words, text) != words.end();
}

std::string listed(std::span<const std::string_view> words) {
  std::string all;
  for (std::string_view word : words) all += (all.empty() ? "" : ", ") + std::string(word);
  return all;
}

bool has_known_version(const Field& versions) {
  bool known = false;
  versions.each([&](const Field& version) { known |= is_one_of(version.text(), kReviewVersions); });
  return known;
}

/// What is asked of an update only where the object had it before.
struct Demands {
  bool no_side_effects = true, known_review_version = true, unique_names = true, match_conditions = true;
  LabelValues label_values = LabelValues::kJudged;

  static Demands of_update(const Field& webhooks, const Field& old);
};

Demands Demands::of_update(const Field& webhooks, const Field& old) {
  Demands demands;
  std::set<std::string_view> names;
  bool same_conditions = webhooks.size() == old.size();
  for (std::size_t i = 0; i < old.size(); ++i) {
    Field hook = old.item(i), versions = hook["admissionReviewVersions"];
    demands.no_side_effects &= is_one_of(hook["sideEffects"].text(), kNoSideEffects);
    demands.known_review_version &= versions.empty() || has_known_version(versions);
    demands.unique_names &= names.insert(hook["name"].text()).second;
    for (std::string_view selector : {"namespaceSelector", "objectSelector"}) {
      if (!is_valid_label_selector(hook[selector].value())) demands.label_values = LabelValues::kLetPass;
    }
    same_conditions &= same(webhooks.item(i)["matchConditions"], hook["matchConditions"]);
  }
  demands.match_conditions = !same_conditions;
  return demands;
}

/// A domain of three segments or more.
void check_hook_name(const Field& name) {
  if (!require_text(name)) return;
  auto problems = meta::dns_subdomain_problems(name.text());
  if (!problems.empty()) {
    std::string all;
    for (const std::string& problem : problems) all += (all.empty() ? "" : ",") + problem;
    name.invalid(all);
  } else if (std::ranges::count(name.text(), '.') < 2) {
    name.invalid("should be a domain with at least three segments separated by dots");
  }
}

void check_side_effects(const Field& effects, bool none) {
  std::span<const std::string_view> allowed = kSideEffects;
  if (none) allowed = kNoSideEffects;
  if (!effects) return effects.required("must specify one of " + listed(allowed));
  if (!is_one_of(effects.text(), allowed)) effects.not_supported(allowed);
}

void check_client(const Field& client) {
  Field url = client["url"], service = client["service"];
  if (static_cast<bool>(url) == static_cast<bool>(service)) {
    client.required("exactly one of url or service is required");
  } else if (url) {
    check_webhook_url(url);
  } else {
    check_webhook_service(service, "namespace", "name");
  }
}

void check_review_versions(const Field& versions, bool known_required) {
  if (versions.empty()) return versions.required("must specify one of " + listed(kReviewVersions));
  std::set<std::string_view> seen;
  versions.each([&](const Field& version) {
    if (!seen.insert(version.text()).second) return version.invalid("duplicate version");
    check_name(version, meta::dns_1035_label_problems);
  });
  if (known_required && !has_known_version(versions)) {
    versions.invalid("must include at least one of " + listed(kReviewVersions));
  }
}

void check_hook(const Field& hook, const Demands& demands) {
  static constexpr std::string_view kPolicies[] = {"Equivalent", "Exact"};
  static constexpr std::string_view kReinvocations[] = {"IfNeeded", "Never"};
  Field timeout = hook["timeoutSeconds"];
  check_hook_name(hook["name"]);
  hook["rules"].each(check_rule);
  if (hook["failurePolicy"]) require_failure_policy(hook["failurePolicy"]);
  check_one_of(hook["matchPolicy"], kPolicies);
  check_side_effects(hook["sideEffects"], demands.no_side_effects);
  if (timeout && (timeout.number() < 1 || timeout.number() > 30)) {
    timeout.invalid("the timeout value must be between 1 and 30 seconds");
  }
  check_label_selector(hook["namespaceSelector"], demands.label_values);
  check_label_selector(hook["objectSelector"], demands.label_values);
  check_one_of(hook["reinvocationPolicy"], kReinvocations);
  check_client(hook["clientConfig"]);
  if (demands.match_conditions) check_match_conditions(hook["matchConditions"]);
  check_review_versions(hook["admissionReviewVersions"], demands.known_review_version);
}

void check_hooks(const Field& webhooks, const Demands& demands) {
  std::set<std::string_view> names;
  webhooks.each([&](const Field& hook) {
    check_hook(hook, demands);
    Field name = hook["name"];
    if (!demands.unique_names || name.text().empty()) return;
    if (!names.insert(name.text()).second) name.duplicate();
  });
}

void validate(const Value& object, FieldErrors& errors) {
  check_hooks(Field(object, errors)["webhooks"], Demands());
}

void validate_update(const Value& object, const Value& old, FieldErrors& errors) {
  Field webhooks = Field(object, errors)["webhooks"];
  check_hooks(webhooks, Demands::of_update(webhooks, Field(old, errors)["webhooks"]));
}

}  // namespace

const KindRules kValidatingWebhooks{.group = "admissionregistration.k8s.io",
                                    .resource = "validatingwebhookconfigurations",
                                    .validate = validate,
                                    .validate_update = validate_update,
                                    .update_judged_alone = true};

const KindRules kMutatingWebhooks{.group = "admissionregistration.k8s.io",
                                  .resource = "mutatingwebhookconfigurations",
                                  .validate = validate,
                                  .validate_update = validate_update,
                                  .update_judged_alone = true};

}  // namespace pedalion::registry::builtin::kinds::admissionregistration
