#include "pedalion/registry/builtin/kinds/admissionregistration/match.h"

#include <algorithm>
#include <set>
#include <string>

#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/lists.h"
#include "pedalion/registry/builtin/kinds/selectors.h"

namespace pedalion::registry::builtin::kinds::admissionregistration {

namespace {

bool has(const Field& list, std::string_view text) {
  bool found = false;
  list.each([&](const Field& item) { found |= item.text() == text; });
  return found;
}

void check_wildcard(const Field& list, std::string_view others) {
  if (list.size() < 2 || !has(list, "*")) return;
  list.invalid("if '*' is present, must not specify other " + std::string(others));
}

/// `field` is supported or, where that is reported, absent.
void require_supported(const Field& field, std::span<const std::string_view> supported) {
  if (!field) return field.required();
  if (std::ranges::find(supported, field.text()) == supported.end()) field.not_supported(supported);
}

/// Resources (pods), subresources (pods/status), and wildcards for either part.
void check_resources(const Field& resources) {
  if (resources.empty()) resources.required();
  std::set<std::string_view> all_of, all_with;  // x/*, */x
  bool plain = false;
  resources.each([&](const Field& resource) {
    std::string_view text = resource.text();
    if (text.empty()) return resource.required();
    std::size_t slash = text.find('/');
    if (slash == text.npos) {
      plain = text != "*";
      return;
    }
    std::string_view name = text.substr(0, slash), sub = text.substr(slash + 1);
    std::string rest = "' is present, must not specify " + std::string(text);
    if (all_of.contains(name)) resource.invalid("if '" + std::string(name) + "/*" + rest);
    if (all_with.contains(sub)) resource.invalid("if '*/" + std::string(sub) + rest);
    if (sub == "*") all_of.insert(name);
    if (name == "*") all_with.insert(sub);
  });
  if (resources.size() > 1 && has(resources, "*/*")) {
    resources.invalid("if '*/*' is present, must not specify other resources");
  }
  if (plain && has(resources, "*")) {
    resources.invalid("if '*' is present, must not specify other resources without subresources");
  }
}

void check_named_rule(const Field& rule) {
  std::set<std::string_view> names;
  rule["resourceNames"].each([&](const Field& name) {
    check_name(name, meta::path_segment_name_problems);
    if (!names.insert(name.text()).second) name.duplicate();
  });
  check_rule(rule);
}

void require_selector(const Field& selector) {
  if (!selector) return selector.required();
  check_label_selector(selector);
}

std::string joined(const meta::Problems& problems) {
  std::string all;
  for (const std::string& problem : problems) all += (all.empty() ? "" : ",") + problem;
  return all;
}

void check_api_version(const Field& version) {
  std::string_view text = version.text();
  if (!require_text(version)) return;
  if (std::ranges::count(text, '/') > 1) {
    return version.invalid("unexpected GroupVersion string: " + std::string(text));
  }
  std::size_t slash = text.find('/');
  std::string_view group = slash == text.npos ? "" : text.substr(0, slash);
  std::string_view own = slash == text.npos ? text : text.substr(slash + 1);
  if (!group.empty()) {
    auto problems = meta::dns_subdomain_problems(group);
    if (!problems.empty()) version.invalid(group, joined(problems));
  }
  if (own.empty()) return version.invalid("version must be specified");
  auto problems = meta::dns_1035_label_problems(own);
  if (!problems.empty()) version.invalid(own, joined(problems));
}

}  // namespace

void check_rule(const Field& rule) {
  static constexpr std::string_view kOperations[] = {"*", "CONNECT", "CREATE", "DELETE", "UPDATE"};
  static constexpr std::string_view kScopes[] = {"*", "Cluster", "Namespaced"};
  Field operations = rule["operations"], groups = rule["apiGroups"], versions = rule["apiVersions"];
  if (operations.empty()) operations.required();
  check_wildcard(operations, "operations");
  operations.each([](const Field& operation) { require_supported(operation, kOperations); });
  if (groups.empty()) groups.required();
  check_wildcard(groups, "API groups");
  if (versions.empty()) versions.required();
  check_wildcard(versions, "API versions");
  versions.each([](const Field& version) { require_text(version); });
  check_resources(rule["resources"]);
  if (rule["scope"]) require_supported(rule["scope"], kScopes);
}

void check_match_resources(const Field& resources) {
  static constexpr std::string_view kPolicies[] = {"Equivalent", "Exact"};
  if (!resources) return;
  require_supported(resources["matchPolicy"], kPolicies);
  require_selector(resources["namespaceSelector"]);
  require_selector(resources["objectSelector"]);
  resources["resourceRules"].each(check_named_rule);
  resources["excludeResourceRules"].each(check_named_rule);
}

void check_match_constraints(const Field& constraints) {
  if (!constraints) return constraints.required();
  check_match_resources(constraints);
  // Without a rule nothing is known of the objects' types.
  if (constraints["resourceRules"].empty()) constraints["resourceRules"].required();
}

void check_mutated_operations(const Field& resources) {
  static constexpr std::string_view kOperations[] = {"*", "CONNECT", "CREATE", "UPDATE"};
  Field rules = resources["resourceRules"];
  rules.each([&](const Field& rule) {
    rule["operations"].each([&](const Field& operation) {
      if (std::ranges::find(kOperations, operation.text()) != std::end(kOperations)) return;
      operation.reported_at(rules.path().child("operations")).not_supported(kOperations);
    });
  });
}

void require_failure_policy(const Field& policy) {
  static constexpr std::string_view kPolicies[] = {"Fail", "Ignore"};
  require_supported(policy, kPolicies);
}

void check_param_kind(const Field& kind) {
  if (!kind) return;
  check_api_version(kind["apiVersion"]);
  Field name = kind["kind"];
  if (!require_text(name)) return;
  std::string lower(name.text());
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  auto problems = meta::dns_1035_label_problems(lower);
  if (problems.empty()) return;
  name.invalid("may have mixed case, but should otherwise match: " + joined(problems));
}

}  // namespace pedalion::registry::builtin::kinds::admissionregistration
