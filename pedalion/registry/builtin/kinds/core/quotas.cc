// Resource quotas.
#include <algorithm>
#include <set>

#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/core/rows.h"
#include "pedalion/registry/builtin/kinds/go_form.h"
#include "pedalion/registry/builtin/kinds/resource_names.h"

namespace pedalion::registry::builtin::kinds::core {

namespace {

// What a scope may select of; a bit set.
enum Scoped : std::uint8_t { kPods = 1, kComputing = 2, kClaims = 4 };

struct Scope {
  std::string_view name;
  std::uint8_t applies_to;
  bool exists_only;  // there is nothing to compare with
};
constexpr Scope kScopes[] = {
    {"Terminating", kPods | kComputing, true},
    {"NotTerminating", kPods | kComputing, true},
    {"BestEffort", kPods, true},
    {"NotBestEffort", kPods | kComputing, true},
    {"PriorityClass", kPods | kComputing, false},
    {"CrossNamespacePodAffinity", kPods | kComputing, true},
    {"VolumeAttributesClass", kClaims, false},
};
constexpr std::pair<std::string_view, std::string_view> kConflicts[] = {{"BestEffort", "NotBestEffort"},
                                                                        {"Terminating", "NotTerminating"}};

const Scope* find_scope(std::string_view name) {
  auto found = std::ranges::find(kScopes, name, &Scope::name);
  return found == std::end(kScopes) ? nullptr : found;
}

std::uint8_t scoped_kind(std::string_view resource) {
  static constexpr std::string_view kComputed[] = {"cpu",           "memory",       "limits.cpu",
                                                   "limits.memory", "requests.cpu", "requests.memory"};
  if (resource == "pods") return kPods;
  if (resource == "persistentvolumeclaims" || resource == "requests.storage") return kClaims;
  return std::ranges::find(kComputed, resource) == std::end(kComputed) ? 0 : kComputing;
}

bool is_valid_for(const Scope* scope, std::string_view resource) {
  return scope == nullptr || (scope->applies_to & scoped_kind(resource)) != 0;
}

/// Once for each resource of the quota that the scope does not select of.
template <class Report>
void check_scoped_resources(const Field& hard, const Scope* scope, Report report) {
  hard.each_entry([&](std::string_view resource, const Field&) {
    if (is_quota_resource(resource) && !is_valid_for(scope, resource)) report();
  });
}

template <class Report>
void check_conflicts(const std::set<std::string_view>& scopes, Report report) {
  for (auto [one, other] : kConflicts) {
    if (scopes.contains(one) && scopes.contains(other)) report();
  }
}

void check_scopes(const Field& spec) {
  Field scopes = spec["scopes"];
  std::set<std::string_view> seen;
  scopes.each([&](const Field& name) {
    const Scope* scope = find_scope(name.text());
    if (scope == nullptr) scopes.invalid("unsupported scope");
    check_scoped_resources(spec["hard"], scope,
                           [&] { scopes.invalid("unsupported scope applied to resource"); });
    seen.insert(name.text());
  });
  check_conflicts(seen, [&] { scopes.invalid("conflicting scopes"); });
}

/// `at`: where it is reported, the list.
void check_operator(const Field& expression, const FieldPath& at) {
  Field op = expression["operator"].reported_at(at.child("operator"));
  Field values = expression["values"].reported_at(at.child("values"));
  const Scope* scope = find_scope(expression["scopeName"].text());
  if (scope != nullptr && scope->exists_only && op.text() != "Exists") {
    op.invalid(
        op.text(),
        "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, "
        "ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort "
        "or ResourceQuotaScopeCrossNamespacePodAffinity");
  }
  if (op.text() == "In" || op.text() == "NotIn") {
    if (!values.empty()) return;
    values.required("must be at least one value when `operator` is 'In' or 'NotIn' for scope selector");
  } else if (op.text() == "Exists" || op.text() == "DoesNotExist") {
    if (values.empty()) return;
    values.invalid("must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector");
  } else {
    op.invalid(op.text(), "not a valid selector operator");
  }
}

void check_scope_selector(const Field& spec) {
  Field selector = spec["scopeSelector"], expressions = selector["matchExpressions"];
  std::set<std::string_view> seen;
  expressions.each([&](const Field& expression) {
    Field name = expression["scopeName"].reported_at(expressions.path().child("scopeName"));
    const Scope* scope = find_scope(name.text());
    if (scope == nullptr) name.invalid(name.text(), "unsupported scope");
    check_scoped_resources(spec["hard"], scope, [&] {
      invalid_struct(selector.reported_at(expressions.path()), {"core/v1", "ScopeSelector"},
                     "unsupported scope applied to resource");
    });
    check_operator(expression, expressions.path());
    seen.insert(name.text());
  });
  check_conflicts(seen, [&] {
    // Shown are the scopes of the other list.
    Field scopes = spec["scopes"].reported_at(expressions.path());
    scopes.invalid(scopes ? *scopes.value() : Value(), "conflicting scopes");
  });
}

void check_amounts(const Field& amounts) {
  amounts.each_entry([](std::string_view resource, const Field& amount) {
    check_quota_resource_name(resource, amount);
    check_resource_amount(resource, amount);
  });
}

void check_spec(const Field& spec) {
  check_amounts(spec["hard"]);
  check_scopes(spec);
  check_scope_selector(spec);
}

void check_status(const Field& status) {
  check_amounts(status["hard"]);
  check_amounts(status["used"]);
}

void validate_quota(const Value& object, FieldErrors& errors) {
  Field quota(object, errors);
  check_spec(quota["spec"]);
  check_status(quota["status"]);
}

std::set<std::string_view> names_in(const Field& list) {
  std::set<std::string_view> names;
  list.each([&](const Field& name) { names.insert(name.text()); });
  return names;
}

void validate_quota_update(const Value& object, const Value& old, FieldErrors& errors) {
  Field quota(object, errors), scopes = quota.at({"spec", "scopes"});
  check_spec(quota["spec"]);
  if (names_in(scopes) == names_in(Field(old, errors).at({"spec", "scopes"}))) return;
  scopes.invalid(scopes ? *scopes.value() : Value(), "field is immutable");
}

void validate_quota_status(const Value& object, const Value&, FieldErrors& errors) {
  check_status(Field(object, errors)["status"]);
}

}  // namespace

constinit const KindRules kResourceQuotas = {.group = "",
                                             .resource = "resourcequotas",
                                             .validate = validate_quota,
                                             .validate_update = validate_quota_update,
                                             .update_judged_alone = true,
                                             .validate_status_update = validate_quota_status};

}  // namespace pedalion::registry::builtin::kinds::core
