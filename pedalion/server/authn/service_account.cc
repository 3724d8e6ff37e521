#include "pedalion/server/authn/service_account.h"

#include <algorithm>
#include <mutex>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/meta/field_error.h"
#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/server/authn/bearer.h"
#include "pedalion/server/authn/jwt.h"

namespace pedalion::server::authn {

using json::Value;

namespace {

constexpr std::int64_t kLeeway = 60;  // seconds that clocks may differ by
constexpr std::size_t kRemembered = 4096;
constexpr std::string_view kUserPrefix = "system:serviceaccount:", kGroup = "system:serviceaccounts";
constexpr std::string_view kExtra = "authentication.kubernetes.io/";

/// As Kubernetes tells it: the static tokens did not know it either.
Status refused(std::string why) {
  return Status(401, "Unauthorized", "[invalid bearer token, " + std::move(why) + "]");
}

struct Said {
  std::string_view name;
  TokenClaims::Ref TokenClaims::* ref;
};
// In the order of the names: so they are written.
constexpr Said kRefs[] = {{"node", &TokenClaims::node},
                          {"pod", &TokenClaims::pod},
                          {"secret", &TokenClaims::secret},
                          {"serviceaccount", &TokenClaims::account}};

std::vector<std::string> texts_of(const Value* value) {
  std::vector<std::string> texts;
  if (value == nullptr) return texts;
  if (value->is_string()) texts.emplace_back(value->as_string());
  if (value->is_array()) {
    for (const Value& text : value->items()) texts.emplace_back(text.string_or());
  }
  return texts;
}

std::int64_t number_at(const Value& object, std::string_view name) {
  const Value* number = object.find(name);
  return number == nullptr ? 0 : number->int_or(0);
}

TokenClaims claims_of(const Value& payload) {
  static const Value kNothing;
  TokenClaims claims{.ns = std::string(payload.string_at({"kubernetes.io", "namespace"})),
                     .id = std::string(payload.string_at({"jti"})),
                     .audiences = texts_of(payload.find("aud")),
                     .issued = number_at(payload, "iat"),
                     .not_before = number_at(payload, "nbf"),
                     .expires = number_at(payload, "exp")};
  const Value* own = payload.find("kubernetes.io");
  if (own == nullptr) own = &kNothing;
  for (const Said& said : kRefs) {
    claims.*said.ref = {std::string(own->string_at({said.name, "name"})),
                        std::string(own->string_at({said.name, "uid"}))};
  }
  claims.warn_after = number_at(*own, "warnafter");
  return claims;
}

Value kubernetes_of(const TokenClaims& claims, json::Arena& arena) {
  Value own = Value::object(arena);
  own.append_member("namespace", Value::string(claims.ns, arena), arena);
  for (const Said& said : kRefs) {
    const TokenClaims::Ref& ref = claims.*said.ref;
    if (ref.name.empty()) continue;
    Value value = Value::object(arena);
    value.append_member("name", Value::string(ref.name, arena), arena);
    if (!ref.uid.empty()) value.append_member("uid", Value::string(ref.uid, arena), arena);
    own.append_member(said.name, value, arena);
  }
  if (claims.warn_after != 0) own.append_member("warnafter", Value::integer(claims.warn_after), arena);
  own.sort_members();
  return own;
}

Result<void> check_times(const TokenClaims& claims, std::int64_t now) {
  if (now + kLeeway < claims.not_before)
    return std::unexpected(refused("service account token is not valid yet"));
  if (claims.expires != 0 && now - kLeeway > claims.expires)
    return std::unexpected(refused("service account token has expired"));
  if (now + kLeeway < claims.issued)
    return std::unexpected(refused("service account token is issued in the future"));
  return {};
}

/// Go's %q of a list.
std::string quoted(const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& text : texts) out += (out.empty() ? "" : " ") + meta::go_quoted(text);
  return "[" + out + "]";
}

User user_of(const TokenClaims& claims) {
  UserInfo user;
  user.name = std::string(kUserPrefix) + claims.ns + ":" + claims.account.name;
  user.uid = claims.account.uid;
  user.groups = {std::string(kGroup), std::string(kGroup) + ":" + claims.ns};
  auto tell = [&](std::string_view name, const std::string& text) {
    if (!text.empty()) user.extra[std::string(kExtra) + std::string(name)] = {text};
  };
  if (!claims.id.empty()) tell("credential-id", "JTI=" + claims.id);
  tell("node-name", claims.node.name);
  tell("node-uid", claims.node.uid);
  tell("pod-name", claims.pod.name);
  tell("pod-uid", claims.pod.uid);
  return authenticated(std::move(user));
}

}  // namespace

Result<std::string> sign_claims(const TokenKey& key, std::string_view issuer, const TokenClaims& claims) {
  json::Document payload;
  auto& arena = payload.arena;
  payload.root = Value::object(arena);
  auto add = [&](std::string_view name, const Value& value) {
    payload.root.append_member(name, value, arena);
  };
  Value audiences = Value::array(arena);
  for (const auto& audience : claims.audiences) audiences.push_back(Value::string(audience, arena), arena);
  add("aud", audiences);
  add("exp", Value::integer(claims.expires));
  add("iat", Value::integer(claims.issued));
  add("iss", Value::string(issuer, arena));
  add("jti", Value::string(claims.id, arena));
  add("kubernetes.io", kubernetes_of(claims, arena));
  add("nbf", Value::integer(claims.not_before));
  add("sub", Value::string(std::string(kUserPrefix) + claims.ns + ":" + claims.account.name, arena));
  return sign_jwt(key, json::to_string(payload.root));
}

Result<User> ServiceAccountAuthenticator::authenticate(const http::Request& request) const {
  auto token = bearer_token(request.headers);
  if (token.empty()) return nullptr;
  TRY(Identity identity, identify(token, {}));
  return identity.user;
}

Result<ServiceAccountAuthenticator::Identity> ServiceAccountAuthenticator::identify(
    std::string_view token, const std::vector<std::string>& wanted) const {
  TRY(Claims claims, verified(token));
  if (claims == nullptr) return Identity();
  const auto& audiences = wanted.empty() ? options_.audiences : wanted;
  // A token that names nobody is meant for this server.
  const auto& meant = claims->audiences.empty() ? options_.audiences : claims->audiences;
  Identity identity;
  for (const auto& audience : meant) {
    if (std::ranges::find(audiences, audience) != audiences.end()) identity.audiences.push_back(audience);
  }
  if (identity.audiences.empty() && !options_.audiences.empty()) {
    return std::unexpected(refused("token audiences " + quoted(meant) +
                                   " is invalid for the target audiences " + quoted(audiences)));
  }
  std::int64_t now = meta::now_seconds();
  TRY_OK(check_times(*claims, now));
  TRY_OK(check_objects(*claims, now));
  identity.user = user_of(*claims);
  return identity;
}

Result<ServiceAccountAuthenticator::Claims> ServiceAccountAuthenticator::verified(
    std::string_view token) const {
  std::string text(token);
  {
    std::shared_lock lock(mutex_);
    if (auto found = known_.find(text); found != known_.end()) return found->second;
  }
  auto jwt = parse_jwt(token);
  if (!jwt) return nullptr;
  auto payload = json::parse(jwt->payload);
  if (!payload || !payload->root.is_object()) return nullptr;
  const Value& said = payload->root;
  if (std::ranges::find(options_.issuers, said.string_at({"iss"})) == options_.issuers.end()) return nullptr;
  bool key_known = false, verifies = false;
  for (const TokenKey& key : options_.keys) {
    if (!jwt->key_id.empty() && jwt->key_id != key.id) continue;
    key_known = true;
    verifies = verifies || is_signed_by(*jwt, key);
  }
  if (!key_known) return std::unexpected(refused("invalid signature, no keys found"));
  if (!verifies) return std::unexpected(refused("go-jose/go-jose: error in cryptographic primitive"));
  auto claims = std::make_shared<const TokenClaims>(claims_of(said));
  std::unique_lock lock(mutex_);
  if (known_.size() >= kRemembered) known_.clear();
  known_.emplace(std::move(text), claims);
  return claims;
}

Result<void> ServiceAccountAuthenticator::check_bound(std::string_view resource, const std::string& ns,
                                                      const TokenClaims::Ref& ref,
                                                      std::int64_t deleted_before) const {
  if (ref.name.empty()) return {};
  auto found = options_.find(resource, ns, ref.name);
  if (!found || (found->deleted && *found->deleted < deleted_before))
    return std::unexpected(refused("service account token has been invalidated"));
  if (found->uid == ref.uid) return {};
  std::string kind(resource.substr(0, resource.size() - 1));
  return std::unexpected(refused(kind + " UID (" + found->uid + ") does not match service account " + kind +
                                 " ref claim (" + ref.uid + ")"));
}

Result<void> ServiceAccountAuthenticator::check_objects(const TokenClaims& claims, std::int64_t now) const {
  const std::int64_t deleted_before = now - kLeeway;
  const auto& account = claims.account;
  auto found = options_.find("serviceaccounts", claims.ns, account.name);
  if (!found)
    return std::unexpected(refused("serviceaccounts " + meta::go_quoted(account.name) + " not found"));
  if (found->uid != account.uid) {
    return std::unexpected(
        refused("service account UID (" + found->uid + ") does not match claim (" + account.uid + ")"));
  }
  if (found->deleted && *found->deleted < deleted_before) {
    return std::unexpected(
        refused("service account " + claims.ns + "/" + account.name + " has been deleted"));
  }
  TRY_OK(check_bound("secrets", claims.ns, claims.secret, deleted_before));
  TRY_OK(check_bound("pods", claims.ns, claims.pod, deleted_before));
  // Where a pod runs is told by the way; the token is bound to the pod.
  if (!claims.pod.name.empty()) return {};
  return check_bound("nodes", "", claims.node, deleted_before);
}

}  // namespace pedalion::server::authn
