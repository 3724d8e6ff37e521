// Roles, their bindings and signing requests.
#include "pedalion/registry/builtin/kinds/access/access.h"

#include "pedalion/registry/builtin/kinds/access/rows.h"

namespace pedalion::registry::builtin::kinds::access {

namespace {

void validate_role_ref(const Value& binding, meta::FieldErrors& errors) {
  static constexpr std::string_view kGroups[] = {"rbac.authorization.k8s.io"};
  static constexpr std::string_view kKinds[] = {"ClusterRole", "Role"};
  static constexpr std::string_view kClusterKinds[] = {"ClusterRole"};
  FieldPath path("roleRef");
  std::string_view group = binding.string_at({"roleRef", "apiGroup"});
  if (group != kGroups[0])
    errors.push_back(FieldError::not_supported(path.child("apiGroup"), group, kGroups));
  std::string_view kind = binding.string_at({"roleRef", "kind"});
  bool namespaced = binding.string_at({"kind"}) == "RoleBinding";
  if (kind != "ClusterRole" && !(namespaced && kind == "Role")) {
    std::span<const std::string_view> known = kClusterKinds;
    if (namespaced) known = kKinds;
    errors.push_back(FieldError::not_supported(path.child("kind"), kind, known));
  }
  if (binding.string_at({"roleRef", "name"}).empty()) {
    errors.push_back(FieldError::required(path.child("name"), ""));
  }
}

void validate_role_ref_update(const Value& binding, const Value& old, meta::FieldErrors& errors) {
  if (!differs(binding, old, {"roleRef"})) return;
  errors.push_back(
      FieldError::invalid(FieldPath("roleRef"), *binding.find("roleRef"), "cannot change roleRef"));
}

constexpr KindRules kBindings[] = {
    {.group = "rbac.authorization.k8s.io",
     .resource = "rolebindings",
     .validate = validate_role_ref,
     .validate_update = validate_role_ref_update},
    {.group = "rbac.authorization.k8s.io",
     .resource = "clusterrolebindings",
     .validate = validate_role_ref,
     .validate_update = validate_role_ref_update},
};

}  // namespace

std::span<const KindRules> rules() {
  static const KindRules kRules[] = {kBindings[0], kBindings[1], kSigningRequests};
  return kRules;
}

}  // namespace pedalion::registry::builtin::kinds::access
