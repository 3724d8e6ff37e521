// Certificate signing requests: who asks, what a signer may do.
#include <algorithm>

#include "pedalion/apimachinery/codec/protobuf_wire.h"
#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/access/rows.h"
#include "pedalion/registry/builtin/kinds/checks.h"

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

constexpr std::string_view kPemBegin = "-----BEGIN CERTIFICATE-----";

const Value* find_condition(const Value& request, std::string_view type) {
  for (const Value& condition : items_at(request, {"status", "conditions"})) {
    if (condition.string_at({"type"}) == type) return &condition;
  }
  return nullptr;
}

/// A condition tells when it came; one that was there keeps its time.
void stamp_conditions(Filler& request, const Value& old) {
  Value* conditions = request.object().at({"status", "conditions"});
  if (conditions == nullptr) return;
  json::Arena& arena = request.arena();
  Value now = Value::string(meta::format_time(meta::now_seconds()), arena);
  for (Value& condition : conditions->items()) {
    const Value* before = find_condition(old, std::as_const(condition).string_at({"type"}));
    bool same_status =
        before != nullptr && before->string_at({"status"}) == std::as_const(condition).string_at({"status"});
    if (std::as_const(condition).string_at({"lastUpdateTime"}).empty())
      condition.set("lastUpdateTime", now, arena);
    if (!std::as_const(condition).string_at({"lastTransitionTime"}).empty()) continue;
    const Value* since = same_status ? before->find("lastTransitionTime") : nullptr;
    condition.set("lastTransitionTime", since != nullptr && since->is_string() ? *since : now, arena);
  }
}

void check_conditions(const Field& conditions) {
  static constexpr std::string_view kTrue[] = {"True"}, kStatuses[] = {"False", "True", "Unknown"};
  bool approved = false, denied = false;
  std::vector<std::string_view> seen;
  conditions.each([&](const Field& condition) {
    std::string_view type = condition["type"].text();
    bool decides = type == "Approved" || type == "Denied" || type == "Failed";
    if (type.empty()) condition["type"].required();
    if (condition["status"].text().empty()) {
      condition["status"].required();
    } else {
      check_one_of(condition["status"], decides ? std::span<const std::string_view>(kTrue) : kStatuses);
    }
    if (type == "Approved") approved = true;
    if (type == "Denied") denied = true;
    if ((type == "Approved" && denied) || (type == "Denied" && approved)) {
      conditions.invalid(type, "Approved and Denied conditions are mutually exclusive");
    }
    if (std::ranges::find(seen, type) != seen.end()) condition["type"].duplicate();
    seen.push_back(type);
  });
}

void validate_request(const Value& request, FieldErrors& errors) {
  Field spec = Field(request, errors)["spec"];
  if (spec["usages"].empty()) spec["usages"].required("usages must be provided");
  Field signer = spec["signerName"];
  if (signer.text().empty()) {
    signer.required();
  } else if (signer.text().find('/') == std::string_view::npos) {
    signer.invalid(signer.text(),
                   "must be a fully qualified domain and path of the form 'example.com/signer-name'");
  }
  Field seconds = spec["expirationSeconds"];
  if (seconds && seconds.number() < 600)
    seconds.invalid("may not specify a duration less than 600 seconds (10 minutes)");
  check_conditions(Field(request, errors)["status"]["conditions"]);
}

/// `additions`: what this door may add. No door takes conditions away.
void check_changes(const Value& request, const Value& old, std::initializer_list<std::string_view> additions,
                   FieldErrors& errors) {
  Field conditions = Field(request, errors)["status"]["conditions"];
  for (std::string_view type : {"Approved", "Denied", "Failed"}) {
    bool now = find_condition(request, type) != nullptr, before = find_condition(old, type) != nullptr;
    bool may_add = std::ranges::find(additions, type) != additions.end();
    std::string quoted = meta::go_quoted(type);
    if (before && !now) conditions.forbidden("updates may not remove a condition of type " + quoted);
    if (!before && now && !may_add) conditions.forbidden("updates may not add a condition of type " + quoted);
  }
}

void check_certificate(const Value& request, const Value& old, FieldErrors& errors) {
  Field certificate = Field(request, errors)["status"]["certificate"];
  std::string_view before = old.string_at({"status", "certificate"});
  if (certificate.text().empty() || certificate.text() == before) return;
  if (!before.empty()) {
    certificate.forbidden("updates may not modify the certificate");
    return;
  }
  std::string text;
  codec::append_base64_decoded(text, certificate.text());
  if (text.find(kPemBegin) == std::string::npos) {
    certificate.invalid("<certificate data>", "must contain at least one CERTIFICATE PEM block");
  }
}

void validate_update(const Value& request, const Value& old, FieldErrors& errors) {
  check_changes(request, old, {}, errors);
}

void validate_status(const Value& request, const Value& old, FieldErrors& errors) {
  check_conditions(Field(request, errors)["status"]["conditions"]);
  check_changes(request, old, {"Failed"}, errors);
  check_certificate(request, old, errors);
}

void validate_approval(std::string_view subresource, const Value& request, const Value& old,
                       FieldErrors& errors) {
  if (subresource != "approval") return;
  check_conditions(Field(request, errors)["status"]["conditions"]);
  check_changes(request, old, {"Approved", "Denied"}, errors);
}

}  // namespace

const KindRules kSigningRequests = {.group = "certificates.k8s.io",
                                    .resource = "certificatesigningrequests",
                                    .prepare_create = prepare_signing_request,
                                    .prepare_update = keep_spec,
                                    .prepare_status_update = stamp_conditions,
                                    .validate = validate_request,
                                    .validate_update = validate_update,
                                    .validate_status_update = validate_status,
                                    .validate_subresource_update = validate_approval};

}  // namespace pedalion::registry::builtin::kinds::access
