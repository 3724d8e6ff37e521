// Namespaces, and the accounts in them.
#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/core/rows.h"

namespace pedalion::registry::builtin::kinds::core {

namespace {

void prepare_namespace(Filler& object, const rest::RequestContext&) {
  Filler spec = object.in("spec");
  if (!spec.has("finalizers")) spec.set("finalizers", Value::array(object.arena()));
  Value& finalizers = *spec.find("finalizers");
  bool present = false;
  for (const Value& name : finalizers.items()) present = present || name.string_or() == "kubernetes";
  if (!present) finalizers.push_back(Value::string("kubernetes"), object.arena());
  object.in("status").set("phase", Value::string("Active"));
  // A name that was made of generateName was not there yet when the label was defaulted.
  Filler metadata = object.in("metadata");
  std::string_view name = metadata.text("name");
  if (name.empty()) return;
  Value& labels = metadata.in("labels").object();
  labels.set("kubernetes.io/metadata.name", Value::string(name), object.arena());
  labels.sort_members();
}

void keep_finalizers(Filler& object, const Value& old) {
  const Value* finalizers = old.at({"spec", "finalizers"});
  if (finalizers == nullptr) {
    object.in("spec").object().erase("finalizers");
  } else {
    object.in("spec").set("finalizers", *finalizers);
  }
}

void check_finalizer(const Field& name) {
  check_name(name, meta::qualified_name_problems);
  std::string_view text = name.text();
  bool standard = text == "kubernetes" || text == "orphan" || text == "foregroundDeletion";
  if (standard || text.find('/') != text.npos) return;
  name.invalid(text, "name is neither a standard finalizer name nor is it fully qualified");
}

void validate_namespace(const Value& object, FieldErrors& errors) {
  // On a new one they are reported at the list; on the finalize door at the element.
  Field finalizers = Field(object, errors).at({"spec", "finalizers"});
  finalizers.each([&](const Field& name) { check_finalizer(name.reported_at(finalizers.path())); });
}

void validate_nothing(const Value&, const Value&, FieldErrors&) {}

void validate_phase(const Value& object, const Value&, FieldErrors& errors) {
  Field phase = Field(object, errors).at({"status", "phase"});
  bool ending = object.at({"metadata", "deletionTimestamp"}) != nullptr;
  if (phase.text() == (ending ? "Terminating" : "Active")) return;
  phase.reported_at(FieldPath("status").child("Phase"))
      .invalid(phase.text(), ending ? "may only be 'Terminating' if `deletionTimestamp` is not empty"
                                    : "may only be 'Active' if `deletionTimestamp` is empty");
}

void validate_finalize(std::string_view, const Value& object, const Value&, FieldErrors& errors) {
  Field(object, errors).at({"spec", "finalizers"}).each(check_finalizer);
}

/// Of a service account's secrets only the names are kept.
void keep_secret_names(Filler& object) {
  Value* secrets = object.find("secrets");
  for (std::uint32_t i = 0; secrets != nullptr && i < secrets->size(); ++i) {
    Value& secret = secrets->items()[i];
    for (std::string_view field :
         {"kind", "namespace", "uid", "apiVersion", "resourceVersion", "fieldPath"}) {
      secret.erase(field);
    }
  }
}

void prepare_service_account(Filler& object, const rest::RequestContext&) { keep_secret_names(object); }

void prepare_service_account_update(Filler& object, const Value&) { keep_secret_names(object); }

}  // namespace

constinit const KindRules kNamespaces = {.group = "",
                                         .resource = "namespaces",
                                         .prepare_create = prepare_namespace,
                                         .prepare_update = keep_finalizers,
                                         .validate = validate_namespace,
                                         .validate_update = validate_nothing,
                                         .update_judged_alone = true,
                                         .validate_status_update = validate_phase,
                                         .validate_subresource_update = validate_finalize};
constinit const KindRules kServiceAccounts = {.group = "",
                                              .resource = "serviceaccounts",
                                              .prepare_create = prepare_service_account,
                                              .prepare_update = prepare_service_account_update};

}  // namespace pedalion::registry::builtin::kinds::core
