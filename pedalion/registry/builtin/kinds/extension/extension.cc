// API services, definitions, leases, priority classes.
#include "pedalion/registry/builtin/kinds/extension/extension.h"

#include "pedalion/apimachinery/meta/time.h"

namespace pedalion::registry::builtin::kinds::extension {

namespace {

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

void validate_priority_update(const Value& object, const Value& old, meta::FieldErrors& errors) {
  auto refuse = [&](std::string_view field) {
    if (differs(object, old, {field})) {
      errors.push_back(FieldError::forbidden(FieldPath(field), "may not be changed in an update."));
    }
  };
  refuse("value");
  require_same(object, old, {"preemptionPolicy"}, errors);
}

constexpr KindRules kRules[] = {
    {.group = "apiregistration.k8s.io",
     .resource = "apiservices",
     .prepare_create = prepare_api_service,
     .validate = validate_api_service},
    {.group = "apiextensions.k8s.io",
     .resource = "customresourcedefinitions",
     .prepare_create = prepare_definition},
    {.group = "coordination.k8s.io", .resource = "leases", .prepare_create = prepare_lease},
    {.group = "scheduling.k8s.io",
     .resource = "priorityclasses",
     .validate_update = validate_priority_update},
};

}  // namespace

std::span<const KindRules> rules() { return kRules; }

}  // namespace pedalion::registry::builtin::kinds::extension
