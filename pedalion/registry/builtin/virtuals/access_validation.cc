#include "pedalion/registry/builtin/virtuals/access_validation.h"

#include <algorithm>

#include "pedalion/registry/builtin/kinds/field.h"
#include "pedalion/registry/builtin/kinds/selectors.h"

namespace pedalion::registry::builtin::virtuals {

using json::Value;
using kinds::Field;

namespace {

/// As Go shows a struct without JSON names.
void invalid_path_attributes(const Field& attributes, std::string_view detail) {
  json::Arena arena;
  Value shown = Value::object(arena);
  shown.append_member("Path", Value::string(attributes["path"].text()), arena);
  shown.append_member("Verb", Value::string(attributes["verb"].text()), arena);
  attributes.invalid(shown, detail);
}

/// Either the selector's text or its requirements.
void check_selector(const Field& selector, void (*check_requirement)(const Field& requirement)) {
  if (!selector) return;
  Field raw = selector["rawSelector"], requirements = selector["requirements"];
  if (!raw.text().empty() && !requirements.empty()) {
    raw.invalid(raw.text(), "may not specified at the same time as requirements");
  }
  if (raw.text().empty() && requirements.empty()) {
    requirements.required("when " + selector.path().text() +
                          " is specified, requirements or rawSelector is required");
  }
  requirements.each(check_requirement);
}

void check_spec(const Field& spec, Whom whom) {
  Field resource = spec["resourceAttributes"], other = spec["nonResourceAttributes"];
  if (resource && other) {
    invalid_path_attributes(other, "cannot be specified in combination with resourceAttributes");
  }
  if (!resource && !other) {
    resource.invalid(Value(), "exactly one of nonResourceAttributes or resourceAttributes must be specified");
  }
  if (whom != Whom::kSelf && spec["user"].text().empty() && spec["groups"].empty()) {
    spec["user"].invalid("", "at least one of user or group must be specified");
  }
  check_selector(resource["fieldSelector"], kinds::check_open_field_requirement);
  check_selector(resource["labelSelector"], kinds::check_open_label_requirement);
}

void check_metadata(const Field& metadata, Whom whom) {
  bool local = whom == Whom::kLocalSubject;
  if (!metadata) return;
  bool says_something = std::ranges::any_of(metadata.value()->members(), [&](const json::Member& fact) {
    return fact.name != "managedFields" && !(local && fact.name == "namespace") && !fact.value.is_null();
  });
  if (!says_something) return;
  metadata.invalid(*metadata.value(), local ? "must be empty except for namespace" : "must be empty");
}

}  // namespace

meta::FieldErrors validate_access(const Value& object, Whom whom, const std::string& ns) {
  meta::FieldErrors errors;
  Field review(object, errors), spec = review["spec"];
  check_spec(spec, whom);
  check_metadata(review["metadata"], whom);
  if (whom != Whom::kLocalSubject) return errors;
  Field resource = spec["resourceAttributes"], own = resource["namespace"];
  if (resource && own.text() != ns) own.invalid(own.text(), "must match metadata.namespace");
  if (spec["nonResourceAttributes"]) {
    invalid_path_attributes(spec["nonResourceAttributes"], "disallowed on this kind of request");
  }
  return errors;
}

}  // namespace pedalion::registry::builtin::virtuals
