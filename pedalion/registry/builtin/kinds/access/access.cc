// Roles, their bindings and signing requests.
#include "pedalion/registry/builtin/kinds/access/access.h"

namespace pedalion::registry::builtin::kinds::access {

namespace {

void set_or_erase(Filler& object, std::string_view name, std::string_view text) {
  if (text.empty()) {
    object.object().erase(name);
  } else {
    object.set_text(name, text);
  }
}

/// Who asks is who asked: the request's user, whatever the body says.
void prepare_signing_request(Filler& request, const rest::RequestContext& context) {
  Filler spec = request.in("spec");
  if (context.user == nullptr) return;
  set_or_erase(spec, "username", context.user->name);
  set_or_erase(spec, "uid", context.user->uid);
  json::Arena& arena = request.arena();
  Value groups = Value::array(arena);
  for (const std::string& group : context.user->groups) groups.push_back(Value::string(group, arena), arena);
  spec.set("groups", groups);
  if (groups.empty()) spec.object().erase("groups");
  spec.object().erase("extra");
  if (context.user->extra.empty()) return;
  Value extra = Value::object(arena);
  for (const auto& [key, values] : context.user->extra) {
    Value list = Value::array(arena);
    for (const std::string& value : values) list.push_back(Value::string(value, arena), arena);
    extra.set(key, list, arena);
  }
  spec.set("extra", extra);
}

void keep_spec(Filler& object, const Value& old) {
  const Value* spec = old.find("spec");
  if (spec != nullptr) object.set("spec", json::deep_copy(*spec, object.arena()));
}

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

constexpr KindRules kRules[] = {
    {.group = "certificates.k8s.io",
     .resource = "certificatesigningrequests",
     .prepare_create = prepare_signing_request,
     .prepare_update = keep_spec},
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

std::span<const KindRules> rules() { return kRules; }

}  // namespace pedalion::registry::builtin::kinds::access
