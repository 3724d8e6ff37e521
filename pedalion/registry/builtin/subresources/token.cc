#include "pedalion/registry/builtin/subresources/token.h"

#include <algorithm>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/managedfields/field_manager.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/meta/names.h"
#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/registry/builtin/defaults/filler.h"
#include "pedalion/registry/builtin/virtuals/reviews.h"
#include "pedalion/registry/generic/metadata.h"

namespace pedalion::registry::builtin::subresources {

using defaults::Filler;
using json::Value;

namespace {

using virtuals::TokenClaims;
using virtuals::TokenIssuer;

constexpr std::string_view kGroup = "authentication.k8s.io", kKind = "TokenRequest";
constexpr std::int64_t kShortest = 600, kLongest = std::int64_t{1} << 32, kUsual = 3600;  // seconds
// What kubelets ask for, for pods; clients that never read a token anew have a year to learn it.
constexpr std::int64_t kOfPods = 3607, kExtended = std::int64_t{365} * 24 * 3600;

Result<void> check_names(const Value& request, std::string_view account, std::string_view ns) {
  using meta::FieldError, meta::FieldPath;
  std::string_view given = request.string_at({"metadata", "namespace"});
  if (!given.empty() && given != ns) {
    return std::unexpected(meta::bad_request(
        "the namespace of the provided object does not match the namespace sent on the request"));
  }
  std::string_view name = request.string_at({"metadata", "name"});
  if (name.empty() || name == account) return {};
  return std::unexpected(
      meta::invalid(kGroup, kKind, account,
                    {FieldError::invalid(FieldPath("metadata").child("name"), name,
                                         "must match the service account name if specified")}));
}

Result<void> check_lifetime(std::int64_t seconds) {
  using meta::FieldError, meta::FieldPath;
  std::string_view problem = seconds < kShortest  ? "may not specify a duration less than 10 minutes"
                             : seconds > kLongest ? "may not specify a duration larger than 2^32 seconds"
                                                  : std::string_view();
  if (problem.empty()) return {};
  return std::unexpected(
      meta::invalid(kGroup, kKind, "",
                    {FieldError::invalid(FieldPath("spec").child("expirationSeconds"), seconds, problem)}));
}

TokenClaims::Ref ref_to(const watchcache::Object& object) {
  return {std::string(object.name), std::string(object.uid)};
}

Status not_bindable(std::string_view version, std::string_view kind) {
  std::size_t slash = version.find('/');
  std::string group(slash == version.npos ? "" : version.substr(0, slash));
  return meta::bad_request("cannot bind token to object of type " + group + "/" +
                           std::string(version.substr(slash == version.npos ? 0 : slash + 1)) +
                           ", Kind=" + std::string(kind));
}

/// What is asked for, shortened where this server wants that.
std::int64_t lifetime_of(Filler& spec, const TokenIssuer& issuer, const rest::RequestContext& context) {
  std::int64_t seconds = spec.find("expirationSeconds")->int_or(kUsual);
  if (issuer.longest == 0 || seconds <= issuer.longest) return seconds;
  context.warn("requested expiration of " + std::to_string(seconds) + " seconds shortened to " +
               std::to_string(issuer.longest) + " seconds");
  spec.set("expirationSeconds", Value::integer(issuer.longest));
  return issuer.longest;
}

std::vector<std::string> audiences_of(Filler& spec, const TokenIssuer& issuer) {
  const Value* given = spec.find("audiences");
  if (given == nullptr || given->empty()) {
    Value own = Value::array(spec.arena());
    for (const auto& audience : issuer.audiences)
      own.push_back(Value::string(audience, spec.arena()), spec.arena());
    spec.set("audiences", own);
    return issuer.audiences;
  }
  std::vector<std::string> audiences;
  for (const Value& audience : given->items()) audiences.emplace_back(audience.string_or());
  return audiences;
}

void set_times(TokenClaims& claims, const TokenIssuer& issuer, std::int64_t seconds) {
  bool for_this_server = std::ranges::all_of(claims.audiences, [&](const auto& audience) {
    return std::ranges::find(issuer.audiences, audience) != issuer.audiences.end();
  });
  claims.issued = claims.not_before = meta::now_seconds();
  bool extended = issuer.extends && !claims.pod.name.empty() && seconds == kOfPods && for_this_server;
  claims.expires = claims.issued + (extended ? kExtended : seconds);
  if (extended) claims.warn_after = claims.issued + seconds;
}

}  // namespace

/// Its node is told as well, by its name only when it is not there.
Task<Result<void>> TokenCreater::bind_to_pod(rest::RequestContext& context, rest::ObjectPtr pod,
                                             TokenClaims& claims) {
  CO_TRY(json::Document document, json::parse(pod->json.view()));
  const Value& root = document.root;
  if (root.string_at({"spec", "serviceAccountName"}) != claims.account.name) {
    co_return std::unexpected(meta::bad_request("cannot bind token for serviceaccount " +
                                                meta::go_quoted(claims.account.name) +
                                                " to pod running with different serviceaccount name."));
  }
  claims.node.name = root.string_at({"spec", "nodeName"});
  if (claims.node.name.empty()) co_return Result<void>();
  auto node = co_await bindable_.nodes->get(context, claims.node.name, {});
  if (node) claims.node.uid = (*node)->uid;
  if (!node && node.error().code != 404) co_return std::unexpected(node.error());
  co_return Result<void>();
}

Task<Result<void>> TokenCreater::bind(rest::RequestContext& context, const Value& request,
                                      TokenClaims& claims) {
  const Value* ref = request.at({"spec", "boundObjectRef"});
  if (ref == nullptr || ref->is_null()) co_return Result<void>();
  std::string version(ref->string_at({"apiVersion"})), kind(ref->string_at({"kind"})),
      name(ref->string_at({"name"}));
  struct Kind {
    std::string_view name;
    rest::Getter* getter;
    TokenClaims::Ref TokenClaims::* ref;
  };
  const Kind kinds[] = {{"Pod", bindable_.pods, &TokenClaims::pod},
                        {"Secret", bindable_.secrets, &TokenClaims::secret},
                        {"Node", bindable_.nodes, &TokenClaims::node}};
  auto known = std::ranges::find(kinds, std::string_view(kind), &Kind::name);
  if (version != "v1" || known == std::end(kinds)) co_return std::unexpected(not_bindable(version, kind));
  CO_TRY(rest::ObjectPtr bound, co_await known->getter->get(context, name, {}));
  if (kind == "Pod") CO_TRY_OK(co_await bind_to_pod(context, bound, claims));
  claims.*known->ref = ref_to(*bound);
  std::string_view uid = ref->string_at({"uid"});
  if (uid.empty() || uid == bound->uid) co_return Result<void>();
  co_return std::unexpected(
      meta::conflict({"", kind}, name,
                     "the UID in the bound object reference (" + std::string(uid) +
                         ") does not match the UID in record. The object might have been deleted "
                         "and then recreated"));
}

Task<Result<rest::ObjectPtr>> TokenCreater::create(rest::RequestContext& context, std::string name,
                                                   json::Document object, rest::WriteOptions options) {
  const TokenIssuer& issuer = callbacks_.issuer;
  Filler request(object.root, type_, object.arena), spec = request.in("spec");
  spec.fill("expirationSeconds", Value::integer(kUsual));
  CO_TRY_OK(check_names(object.root, name, context.ns));
  managedfields::track_update({.type = &type_,
                               .manager = {options.field_manager, "authentication.k8s.io/v1", "token"},
                               .now_seconds = meta::now_seconds()},
                              nullptr, object.root, object.arena);
  CO_TRY(rest::ObjectPtr account, co_await accounts_.get(context, name, {}));
  CO_TRY_OK(check_lifetime(spec.find("expirationSeconds")->int_or(kUsual)));
  TokenClaims claims{.ns = std::string(account->ns), .id = meta::make_uid(), .account = ref_to(*account)};
  claims.audiences = audiences_of(spec, issuer);
  CO_TRY_OK(co_await bind(context, object.root, claims));
  if (!issuer.sign) {
    co_return std::unexpected(
        meta::not_implemented("this server has no key to sign service account tokens with"));
  }
  std::int64_t seconds = lifetime_of(spec, issuer, context);
  set_times(claims, issuer, seconds);
  CO_TRY(std::string token, issuer.sign(claims));
  Filler metadata = request.in("metadata");
  metadata.set_text("name", account->name);
  metadata.set_text("namespace", account->ns);
  metadata.set_text("uid", account->uid);
  metadata.set_text("creationTimestamp", meta::format_time(claims.issued));
  generic::order_metadata(object);
  request.object().erase("status");
  Filler status = request.in("status");
  status.set_text("token", token);
  status.set_text("expirationTimestamp", meta::format_time(claims.issued + seconds));
  co_return virtuals::unstored_object(object.root);
}

}  // namespace pedalion::registry::builtin::subresources
