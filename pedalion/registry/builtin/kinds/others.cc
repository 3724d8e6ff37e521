// Signing requests, API services, roles and what else has a rule of its own.
#include <string>

#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/registry/builtin/kinds/kind_rules.h"
#include "pedalion/registry/builtin/kinds/warnings.h"

namespace pedalion::registry::builtin::kinds {

namespace {

using meta::FieldError;
using meta::FieldPath;

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

/// What this server serves itself is available at once.
void prepare_api_service(Filler& object, const rest::RequestContext&) {
  if (static_cast<const Value&>(object.object()).at({"spec", "service"}) != nullptr) return;
  json::Arena& arena = object.arena();
  Value condition = Value::object(arena);
  condition.append_member("type", Value::string("Available"), arena);
  condition.append_member("status", Value::string("True"), arena);
  condition.append_member("lastTransitionTime", Value::string(meta::format_time(meta::now_seconds()), arena),
                          arena);
  condition.append_member("reason", Value::string("Local"), arena);
  condition.append_member("message", Value::string("Local APIServices are always available"), arena);
  Value conditions = Value::array(arena);
  conditions.push_back(condition, arena);
  object.in("status").set("conditions", conditions);
}

void prepare_definition(Filler& object, const rest::RequestContext&) {
  json::Arena& arena = object.arena();
  Filler status = object.in("status");
  Value stored = Value::array(arena);
  for (const Value& version : items_at(object.object(), {"spec", "versions"})) {
    const Value* storage = version.find("storage");
    if (storage != nullptr && storage->bool_or(false)) stored.push_back(*version.find("name"), arena);
  }
  status.set("storedVersions", stored);
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

void validate_priority_update(const Value& object, const Value& old, meta::FieldErrors& errors) {
  auto refuse = [&](std::string_view field) {
    if (differs(object, old, {field})) {
      errors.push_back(FieldError::forbidden(FieldPath(field), "may not be changed in an update."));
    }
  };
  refuse("value");
  require_same(object, old, {"preemptionPolicy"}, errors);
}

void validate_address_type(const Value& object, const Value& old, meta::FieldErrors& errors) {
  require_same(object, old, {"addressType"}, errors);
}

void validate_storage_class_update(const Value& object, const Value& old, meta::FieldErrors& errors) {
  if (differs(object, old, {"parameters"})) {
    errors.push_back(FieldError::forbidden(FieldPath("parameters"), "updates to parameters are forbidden."));
  }
  if (differs(object, old, {"provisioner"})) {
    errors.push_back(
        FieldError::forbidden(FieldPath("provisioner"), "updates to provisioner are forbidden."));
  }
  if (differs(object, old, {"reclaimPolicy"})) {
    errors.push_back(
        FieldError::forbidden(FieldPath("reclaimPolicy"), "updates to reclaimPolicy are forbidden."));
  }
  require_same(object, old, {"volumeBindingMode"}, errors);
}

/// Coordinated leader election is not on: its fields are dropped.
void prepare_lease(Filler& object, const rest::RequestContext&) {
  Filler spec = object.in("spec");
  spec.object().erase("strategy");
  spec.object().erase("preferredHolder");
}

void validate_api_service(const Value& service, meta::FieldErrors& errors) {
  std::string_view name = service.string_at({"metadata", "name"});
  std::string wanted = std::string(service.string_at({"spec", "version"})) + "." +
                       std::string(service.string_at({"spec", "group"}));
  if (name == wanted) return;
  errors.push_back(
      FieldError::invalid(FieldPath("metadata").child("name"), name,
                          "must be `spec.version+\".\"+spec.group`: " + meta::go_quoted(wanted)));
}

constexpr KindRules kRules[] = {
    {.group = "storage.k8s.io", .resource = "csidrivers", .warn = warn_of_driver},
    {.group = "networking.k8s.io", .resource = "ingresses", .warn = warn_of_ingress},
    {.group = "coordination.k8s.io", .resource = "leases", .prepare_create = prepare_lease},
    {.group = "certificates.k8s.io",
     .resource = "certificatesigningrequests",
     .prepare_create = prepare_signing_request,
     .prepare_update = keep_spec},
    {.group = "apiregistration.k8s.io",
     .resource = "apiservices",
     .prepare_create = prepare_api_service,
     .validate = validate_api_service},
    {.group = "apiextensions.k8s.io",
     .resource = "customresourcedefinitions",
     .prepare_create = prepare_definition},
    {.group = "rbac.authorization.k8s.io",
     .resource = "rolebindings",
     .validate = validate_role_ref,
     .validate_update = validate_role_ref_update},
    {.group = "rbac.authorization.k8s.io",
     .resource = "clusterrolebindings",
     .validate = validate_role_ref,
     .validate_update = validate_role_ref_update},
    {.group = "scheduling.k8s.io",
     .resource = "priorityclasses",
     .validate_update = validate_priority_update},
    {.group = "discovery.k8s.io",
     .resource = "endpointslices",
     .validate_update = validate_address_type,
     .warn = warn_of_slice},
    {.group = "storage.k8s.io",
     .resource = "storageclasses",
     .validate_update = validate_storage_class_update},
};

}  // namespace

std::span<const KindRules> other_rules() { return kRules; }

}  // namespace pedalion::registry::builtin::kinds
