// Certificate signing requests: who asks, what a signer may do.
#include <algorithm>
#include <set>

#include "pedalion/apimachinery/codec/protobuf_wire.h"
#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/http/tls/certificates.h"
#include "pedalion/registry/builtin/kinds/access/rows.h"
#include "pedalion/registry/builtin/kinds/checks.h"

namespace pedalion::registry::builtin::kinds::access {
namespace {

constexpr std::string_view kLegacySigner = "kubernetes.io/legacy-unknown";

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

bool sets_twice(std::span<const Value> items, std::string_view member) {
  std::set<std::string_view> seen;
  for (const Value& item : items) {
    if (!seen.insert(member.empty() ? item.string_or() : item.string_at({member})).second) return true;
  }
  return false;
}

std::size_t count_conditions(const Value& request, std::string_view type) {
  return static_cast<std::size_t>(
      std::ranges::count_if(items_at(request, {"status", "conditions"}),
                            [&](const Value& condition) { return condition.string_at({"type"}) == type; }));
}

/// A condition tells when it came; one whose status was there before keeps its time.
void stamp_conditions(Filler& request, const Value& old) {
  Value* conditions = request.object().at({"status", "conditions"});
  if (conditions == nullptr) return;
  json::Arena& arena = request.arena();
  Value now = Value::string(meta::format_time(meta::now_seconds()), arena);
  for (Value& condition : conditions->items()) {
    const Value& read = condition;
    if (read.string_at({"lastUpdateTime"}).empty()) condition.set("lastUpdateTime", now, arena);
    if (!read.string_at({"lastTransitionTime"}).empty()) continue;
    Value since = now;
    for (const Value& before : items_at(old, {"status", "conditions"})) {
      bool same_one = before.string_at({"type"}) == read.string_at({"type"}) &&
                      before.string_at({"status"}) == read.string_at({"status"});
      if (!same_one || before.string_at({"lastTransitionTime"}).empty()) continue;
      since = *before.find("lastTransitionTime");
      break;
    }
    condition.set("lastTransitionTime", since, arena);
  }
}

/// What an older request may have, and its updates keep.
struct Leniency {
  bool both_decisions = false, legacy_signer = false, duplicate_types = false, empty_types = false,
       any_certificate = false, duplicate_usages = false, unknown_usages = false;
};

void check_decision(const Field& conditions, std::string_view type, bool& this_one, bool other) {
  this_one = true;
  if (other) conditions.invalid(type, "Approved and Denied conditions are mutually exclusive");
}

void check_conditions(const Field& conditions, const Leniency& leniency) {
  static constexpr std::string_view kTrue[] = {"True"}, kStatuses[] = {"False", "True", "Unknown"};
  bool approved = false, denied = false;
  std::set<std::string_view> seen;
  conditions.each([&](const Field& condition) {
    std::string_view type = condition["type"].text();
    bool only_true = type == "Approved" || type == "Denied" || type == "Failed";
    if (!leniency.empty_types) require_text(condition["type"]);
    require_one_of(condition["status"], only_true ? std::span<const std::string_view>(kTrue) : kStatuses);
    if (!leniency.both_decisions && type == "Approved") check_decision(conditions, type, approved, denied);
    if (!leniency.both_decisions && type == "Denied") check_decision(conditions, type, denied, approved);
    if (!seen.insert(type).second && !leniency.duplicate_types) condition["type"].duplicate(type);
  });
}

std::string decoded(const Field& field) {
  std::string text;
  codec::append_base64_decoded(text, field.text());
  return text;
}

constexpr std::string_view kUsages[] = {"any",
                                        "cert sign",
                                        "client auth",
                                        "code signing",
                                        "content commitment",
                                        "crl sign",
                                        "data encipherment",
                                        "decipher only",
                                        "digital signature",
                                        "email protection",
                                        "encipher only",
                                        "ipsec end system",
                                        "ipsec tunnel",
                                        "ipsec user",
                                        "key agreement",
                                        "key encipherment",
                                        "microsoft sgc",
                                        "netscape sgc",
                                        "ocsp signing",
                                        "s/mime",
                                        "server auth",
                                        "signing",
                                        "timestamping"};

void check_usages(const Field& usages, const Leniency& leniency) {
  if (usages.empty()) usages.required();
  if (!leniency.unknown_usages) {
    usages.each([](const Field& usage) {
      if (std::ranges::find(kUsages, usage.text()) == std::end(kUsages)) usage.not_supported(kUsages);
    });
  }
  std::set<std::string_view> seen;
  usages.each([&](const Field& usage) {
    if (!seen.insert(usage.text()).second && !leniency.duplicate_usages) usage.duplicate();
  });
}

void check_signer(const Field& signer, const Leniency& leniency) {
  if (signer.text() == kLegacySigner && !leniency.legacy_signer) {
    return signer.invalid("the legacy signerName is not allowed via this API version");
  }
  check_signer_name(signer);
}

void check_request(const Value& object, const Leniency& leniency, FieldErrors& errors) {
  Field request(object, errors), spec = request["spec"], seconds = spec["expirationSeconds"],
                                 certificate = request["status"]["certificate"];
  auto proved = http::tls::check_request(decoded(spec["request"]));
  if (!proved) spec["request"].invalid(spec["request"].text(), proved.error().message);
  check_usages(spec["usages"], leniency);
  check_signer(spec["signerName"], leniency);
  if (seconds && seconds.number() < 600) {
    seconds.invalid("may not specify a duration less than 600 seconds (10 minutes)");
  }
  check_conditions(request["status"]["conditions"], leniency);
  if (leniency.any_certificate) return;
  auto readable = http::tls::check_certificates(decoded(certificate));
  if (!readable) certificate.invalid("<certificate data>", readable.error().message);
}

void validate(const Value& object, FieldErrors& errors) { check_request(object, {}, errors); }

Leniency leniency_of(const Value& request, const Value& old) {
  auto conditions = items_at(old, {"status", "conditions"}), usages = items_at(old, {"spec", "usages"});
  std::string_view certificate = old.string_at({"status", "certificate"});
  FieldErrors none;
  Field before(old, none);
  return {.both_decisions = count_conditions(old, "Approved") > 0 && count_conditions(old, "Denied") > 0,
          .legacy_signer = old.string_at({"spec", "signerName"}) == kLegacySigner,
          .duplicate_types = sets_twice(conditions, "type"),
          .empty_types = count_conditions(old, "") > 0,
          .any_certificate = request.string_at({"status", "certificate"}) == certificate ||
                             !http::tls::check_certificates(decoded(before["status"]["certificate"])),
          .duplicate_usages = sets_twice(usages, ""),
          .unknown_usages = std::ranges::any_of(usages, [](const Value& usage) {
            return std::ranges::find(kUsages, usage.string_or()) == std::end(kUsages);
          })};
}

enum class May : std::uint8_t { kNothing, kApprove, kSign };

/// Conditions stay once they are there; decisions come through one door, the certificate through another,
/// once.
void check_changes(const Value& request, const Value& old, May may, FieldErrors& errors) {
  check_request(request, leniency_of(request, old), errors);
  Field status = Field(request, errors)["status"], conditions = status["conditions"];
  for (std::string_view type : {"Approved", "Denied", "Failed"}) {
    if (count_conditions(request, type) >= count_conditions(old, type)) continue;
    conditions.forbidden("updates may not remove a condition of type " + meta::go_quoted(type));
  }
  for (std::string_view type : {"Approved", "Denied"}) {
    if (may == May::kApprove || count_conditions(request, type) <= count_conditions(old, type)) continue;
    conditions.forbidden("updates may not add a condition of type " + meta::go_quoted(type));
  }
  std::string_view before = old.string_at({"status", "certificate"});
  if (status["certificate"].text() == before) return;
  if (may != May::kSign) {
    status["certificate"].forbidden("updates may not set certificate content");
  } else if (!before.empty()) {
    status["certificate"].forbidden("updates may not modify existing certificate content");
  }
}

void validate_update(const Value& request, const Value& old, FieldErrors& errors) {
  check_changes(request, old, May::kNothing, errors);
}

void validate_status(const Value& request, const Value& old, FieldErrors& errors) {
  check_changes(request, old, May::kSign, errors);
}

void validate_approval(std::string_view subresource, const Value& request, const Value& old,
                       FieldErrors& errors) {
  if (subresource == "approval") check_changes(request, old, May::kApprove, errors);
}

}  // namespace

const KindRules kSigningRequests = {.group = "certificates.k8s.io",
                                    .resource = "certificatesigningrequests",
                                    .prepare_create = prepare_signing_request,
                                    .prepare_update = keep_spec,
                                    .prepare_status_update = stamp_conditions,
                                    .validate = validate,
                                    .validate_update = validate_update,
                                    .update_judged_alone = true,
                                    .validate_status_update = validate_status,
                                    .validate_subresource_update = validate_approval};

}  // namespace pedalion::registry::builtin::kinds::access
