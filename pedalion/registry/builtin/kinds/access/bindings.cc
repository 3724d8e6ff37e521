// Bindings of roles: to whom something is allowed.
#include <algorithm>

#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/access/rows.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/go_form.h"

namespace pedalion::registry::builtin::kinds::access {

namespace {

constexpr std::string_view kGroups[] = {"rbac.authorization.k8s.io"};
constexpr std::string_view kRoleKinds[] = {"Role", "ClusterRole"};
constexpr std::string_view kClusterRoleKinds[] = {"ClusterRole"};

/// An empty text is none of them either.
void require_supported(const Field& field, std::span<const std::string_view> supported) {
  if (std::ranges::find(supported, field.text()) == supported.end()) field.not_supported(supported);
}

void check_role(const Field& role, std::span<const std::string_view> kinds) {
  require_supported(role["apiGroup"], kGroups);
  require_supported(role["kind"], kinds);
  require_name(role["name"], meta::path_segment_name_problems);
}

/// Accounts that name no namespace are of the binding's, where it has one.
void check_account(const Field& subject, bool has_namespace) {
  static constexpr std::string_view kCoreGroup[] = {""};
  if (!subject["name"].text().empty()) check_name(subject["name"], meta::dns_subdomain_problems);
  require_supported(subject["apiGroup"], kCoreGroup);
  if (!has_namespace) require_text(subject["namespace"]);
}

void check_subject(const Field& subject, bool has_namespace) {
  static constexpr std::string_view kKinds[] = {"ServiceAccount", "User", "Group"};
  std::string_view kind = subject["kind"].text();
  require_text(subject["name"]);
  if (kind == "ServiceAccount") {
    check_account(subject, has_namespace);
  } else if (kind == "User" || kind == "Group") {
    require_supported(subject["apiGroup"], kGroups);
  } else {
    subject["kind"].not_supported(kKinds);
  }
}

void validate_binding(const Value& object, FieldErrors& errors) {
  Field binding(object, errors);
  check_role(binding["roleRef"], kRoleKinds);
  binding["subjects"].each([](const Field& subject) { check_subject(subject, true); });
}

void validate_cluster_binding(const Value& object, FieldErrors& errors) {
  Field binding(object, errors);
  check_role(binding["roleRef"], kClusterRoleKinds);
  binding["subjects"].each([](const Field& subject) { check_subject(subject, false); });
}

void validate_update(const Value& object, const Value& old, FieldErrors& errors) {
  Field role = Field(object, errors)["roleRef"];
  if (same(role, Field(old, errors)["roleRef"])) return;
  invalid_struct(role, {"rbac/v1", "RoleRef"}, "cannot change roleRef");
}

}  // namespace

const KindRules kRoleBindings = {.group = "rbac.authorization.k8s.io",
                                 .resource = "rolebindings",
                                 .validate = validate_binding,
                                 .validate_update = validate_update};
const KindRules kClusterRoleBindings = {.group = "rbac.authorization.k8s.io",
                                        .resource = "clusterrolebindings",
                                        .validate = validate_cluster_binding,
                                        .validate_update = validate_update};

}  // namespace pedalion::registry::builtin::kinds::access
