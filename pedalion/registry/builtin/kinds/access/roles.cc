// Roles and cluster roles: what is allowed.
#include "pedalion/registry/builtin/kinds/access/rows.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/selectors.h"

namespace pedalion::registry::builtin::kinds::access {

namespace {

enum class Reach : std::uint8_t { kNamespace, kCluster };

/// A rule is of resources, or of paths.
void check_rule(const Field& rule, Reach reach) {
  Field verbs = rule["verbs"], groups = rule["apiGroups"], resources = rule["resources"],
        paths = rule["nonResourceURLs"];
  if (verbs.empty()) verbs.required("verbs must contain at least one value");
  if (paths.empty()) {
    if (groups.empty()) groups.required("resource rules must supply at least one api group");
    if (resources.empty()) resources.required("resource rules must supply at least one resource");
    return;
  }
  if (reach == Reach::kNamespace) paths.invalid("namespaced rules cannot apply to non-resource URLs");
  if (!groups.empty() || !resources.empty() || !rule["resourceNames"].empty()) {
    paths.invalid("rules cannot apply to both regular resources and non-resource URLs");
  }
}

void check_rules(const Field& role, Reach reach) {
  role["rules"].each([&](const Field& rule) { check_rule(rule, reach); });
}

void validate_role(const Value& object, FieldErrors& errors) {
  check_rules(Field(object, errors), Reach::kNamespace);
}

void check_aggregation(const Field& aggregation, LabelValues values) {
  if (!aggregation) return;
  Field selectors = aggregation["clusterRoleSelectors"];
  if (selectors.empty()) {
    selectors.required("at least one clusterRoleSelector required if aggregationRule is non-nil");
  }
  selectors.each([&](const Field& selector) {
    check_label_selector(selector, values);
    if (!is_valid_label_selector(selector.value())) selector.invalid(Value(), "invalid label selector.");
  });
}

void check_cluster_role(const Value& object, LabelValues values, FieldErrors& errors) {
  Field role(object, errors);
  check_rules(role, Reach::kCluster);
  check_aggregation(role["aggregationRule"], values);
}

void validate_cluster_role(const Value& object, FieldErrors& errors) {
  check_cluster_role(object, LabelValues::kJudged, errors);
}

/// Label values that the old selectors had wrong may stay.
void validate_cluster_role_update(const Value& object, const Value& old, FieldErrors& errors) {
  LabelValues values = LabelValues::kJudged;
  for (const Value& selector : items_at(old, {"aggregationRule", "clusterRoleSelectors"})) {
    if (!is_valid_label_selector(&selector)) values = LabelValues::kLetPass;
  }
  check_cluster_role(object, values, errors);
}

}  // namespace

const KindRules kRoles = {
    .group = "rbac.authorization.k8s.io", .resource = "roles", .validate = validate_role};
const KindRules kClusterRoles = {.group = "rbac.authorization.k8s.io",
                                 .resource = "clusterroles",
                                 .validate = validate_cluster_role,
                                 .validate_update = validate_cluster_role_update,
                                 .update_judged_alone = true};

}  // namespace pedalion::registry::builtin::kinds::access
