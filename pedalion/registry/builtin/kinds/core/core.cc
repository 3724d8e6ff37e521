// Namespaces, config maps, secrets and service accounts.
#include "pedalion/registry/builtin/kinds/core/core.h"

#include "pedalion/apimachinery/meta/validation.h"

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
}

void keep_finalizers(Filler& object, const Value& old) {
  const Value* finalizers = old.at({"spec", "finalizers"});
  if (finalizers == nullptr) {
    object.in("spec").object().erase("finalizers");
  } else {
    object.in("spec").set("finalizers", *finalizers);
  }
}

/// Of a service account's secrets only the names are kept.
void prepare_service_account(Filler& object, const rest::RequestContext&) {
  Value* secrets = object.find("secrets");
  for (std::uint32_t i = 0; secrets != nullptr && i < secrets->size(); ++i) {
    Value& secret = secrets->items()[i];
    for (std::string_view field :
         {"kind", "namespace", "uid", "apiVersion", "resourceVersion", "fieldPath"}) {
      secret.erase(field);
    }
  }
}

bool is_immutable(const Value& object) {
  const Value* flag = object.find("immutable");
  return flag != nullptr && flag->bool_or(false);
}

void validate_immutable(const Value& object, const Value& old, meta::FieldErrors& errors) {
  if (!is_immutable(old)) return;
  constexpr std::string_view kText = "field is immutable when `immutable` is set";
  if (!is_immutable(object)) errors.push_back(FieldError::forbidden(FieldPath("immutable"), kText));
  for (std::string_view field : {"data", "binaryData"}) {
    if (differs(object, old, {field})) errors.push_back(FieldError::forbidden(FieldPath(field), kText));
  }
}

void validate_secret_update(const Value& object, const Value& old, meta::FieldErrors& errors) {
  require_same(object, old, {"type"}, errors);
  validate_immutable(object, old, errors);
}

void validate_keys(const Value& object, std::string_view field, meta::FieldErrors& errors) {
  const Value* data = object.find(field);
  if (data == nullptr) return;
  for (const json::Member& member : data->members()) {
    for (const std::string& problem : meta::config_map_key_problems(member.name)) {
      errors.push_back(FieldError::invalid(FieldPath(field).key(member.name), member.name, problem));
    }
  }
}

constexpr std::size_t kDataLimit = 1 << 20;

/// The bytes that base64 text stands for.
std::size_t decoded_size(std::string_view text) {
  std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  return text.size() / 4 * 3 - padding;
}

std::size_t data_size(const Value& object, std::string_view field, bool base64) {
  const Value* data = object.find(field);
  std::size_t size = 0;
  if (data == nullptr) return 0;
  for (const json::Member& member : data->members()) {
    std::string_view text = member.value.string_or();
    size += base64 ? decoded_size(text) : text.size();
  }
  return size;
}

void limit_size(std::size_t size, const FieldPath& path, meta::FieldErrors& errors) {
  if (size > kDataLimit) errors.push_back(FieldError::too_long(path, kDataLimit));
}

void validate_config_map(const Value& object, meta::FieldErrors& errors) {
  validate_keys(object, "data", errors);
  validate_keys(object, "binaryData", errors);
  limit_size(data_size(object, "data", false) + data_size(object, "binaryData", true), FieldPath("[]"),
             errors);
}

void validate_secret(const Value& object, meta::FieldErrors& errors) {
  validate_keys(object, "data", errors);
  limit_size(data_size(object, "data", true), FieldPath("data"), errors);
}

void warn_of_secret(const Value& secret, Warnings& warnings) {
  if (secret.string_at({"type"}) != "kubernetes.io/tls") return;
  // "-----BEGIN" in base64, wherever it begins.
  std::string_view certificate = secret.string_at({"data", "tls.crt"});
  if (certificate.starts_with("LS0tLS1CRUdJT")) return;
  warnings.push_back("tls: failed to find any PEM data in certificate input");
}

constexpr KindRules kRules[] = {
    {.group = "",
     .resource = "namespaces",
     .prepare_create = prepare_namespace,
     .prepare_update = keep_finalizers},
    {.group = "", .resource = "serviceaccounts", .prepare_create = prepare_service_account},
    {.group = "",
     .resource = "configmaps",
     .validate = validate_config_map,
     .validate_update = validate_immutable},
    {.group = "",
     .resource = "secrets",
     .validate = validate_secret,
     .validate_update = validate_secret_update,
     .warn = warn_of_secret},
};

}  // namespace

std::span<const KindRules> rules() { return kRules; }

}  // namespace pedalion::registry::builtin::kinds::core
