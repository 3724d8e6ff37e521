// Config maps and secrets.
#include "pedalion/apimachinery/codec/protobuf_wire.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/core/rows.h"

namespace pedalion::registry::builtin::kinds::core {

namespace {

constexpr std::size_t kDataLimit = 1 << 20;

/// Both kinds freeze their data when `immutable` is set.
void check_frozen(const Field& object, const Field& old, std::initializer_list<std::string_view> members) {
  if (!old["immutable"].flag()) return;
  constexpr std::string_view kText = "field is immutable when `immutable` is set";
  if (!object["immutable"].flag()) object["immutable"].forbidden(kText);
  for (std::string_view member : members) {
    if (!same(object[member], old[member])) object[member].forbidden(kText);
  }
}

/// How many bytes base64 text stands for.
std::size_t decoded_size(std::string_view text) {
  std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  return text.size() / 4 * 3 - padding;
}

void check_key(const Field& entry, std::string_view key) {
  for (const std::string& problem : meta::config_map_key_problems(key)) entry.invalid(key, problem);
}

void validate_config_map(const Value& object, FieldErrors& errors) {
  Field map(object, errors);
  std::size_t size = 0;
  map["data"].each_entry([&](std::string_view key, const Field& entry) {
    check_key(entry, key);
    if (map["binaryData"].entry(key)) entry.invalid(key, "duplicate of key present in binaryData");
    size += entry.text().size();
  });
  map["binaryData"].each_entry([&](std::string_view key, const Field& entry) {
    check_key(entry, key);
    size += decoded_size(entry.text());
  });
  if (size > kDataLimit) map.reported_at(FieldPath("[]")).too_long(kDataLimit);
}

void validate_config_map_update(const Value& object, const Value& old, FieldErrors& errors) {
  check_frozen(Field(object, errors), Field(old, errors), {"data", "binaryData"});
  validate_config_map(object, errors);
}

void check_json(const Field& entry) {
  std::string text;
  codec::append_base64_decoded(text, entry.text());
  constexpr std::string_view kHidden = "<secret contents redacted>";
  auto parsed = json::parse(text);
  if (!parsed) return entry.invalid(kHidden, parsed.error().message);
  const Value& root = parsed->root;
  if (root.is_object() || root.is_null()) return;
  std::string_view what = root.is_array()    ? "array"
                          : root.is_string() ? "string"
                          : root.is_bool()   ? "bool"
                                             : "number";
  entry.invalid(kHidden, "json: cannot unmarshal " + std::string(what) +
                             " into Go value of type map[string]interface {}");
}

void check_by_type(std::string_view type, const Field& secret) {
  Field data = secret["data"];
  auto required = [&](std::string_view key) {
    if (!data.entry(key)) data.entry(key).required();
  };
  if (type == "kubernetes.io/service-account-token") {
    require_text(secret.at({"metadata", "annotations"}).entry("kubernetes.io/service-account.name"));
  } else if (type == "kubernetes.io/dockercfg" || type == "kubernetes.io/dockerconfigjson") {
    Field entry = data.entry(type == "kubernetes.io/dockercfg" ? ".dockercfg" : ".dockerconfigjson");
    if (entry) {
      check_json(entry);
    } else {
      entry.required();
    }
  } else if (type == "kubernetes.io/basic-auth") {
    if (data.entry("username") || data.entry("password")) return;
    required("username");
    required("password");
  } else if (type == "kubernetes.io/ssh-auth") {
    require_text(data.entry("ssh-privatekey"));
  } else if (type == "kubernetes.io/tls") {
    required("tls.crt");
    required("tls.key");
  }
}

void validate_secret(const Value& object, FieldErrors& errors) {
  Field secret(object, errors);
  std::size_t size = 0;
  secret["data"].each_entry([&](std::string_view key, const Field& entry) {
    check_key(entry, key);
    size += decoded_size(entry.text());
  });
  if (size > kDataLimit) secret["data"].too_long(kDataLimit);
  check_by_type(secret["type"].text(), secret);
}

void validate_secret_update(const Value& object, const Value& old, FieldErrors& errors) {
  Field secret(object, errors), before(old, errors);
  check_immutable(secret["type"], before["type"]);
  check_frozen(secret, before, {"data"});
  validate_secret(object, errors);
}

void warn_of_secret(const Value& secret, Warnings& warnings) {
  if (secret.string_at({"type"}) != "kubernetes.io/tls") return;
  // "-----BEGIN" in base64, wherever it begins.
  std::string_view certificate = secret.string_at({"data", "tls.crt"});
  if (certificate.starts_with("LS0tLS1CRUdJT")) return;
  warnings.push_back("tls: failed to find any PEM data in certificate input");
}

}  // namespace

constinit const KindRules kConfigMaps = {.group = "",
                                         .resource = "configmaps",
                                         .validate = validate_config_map,
                                         .validate_update = validate_config_map_update,
                                         .update_judged_alone = true};
constinit const KindRules kSecrets = {.group = "",
                                      .resource = "secrets",
                                      .validate = validate_secret,
                                      .validate_update = validate_secret_update,
                                      .update_judged_alone = true,
                                      .warn = warn_of_secret};

}  // namespace pedalion::registry::builtin::kinds::core
