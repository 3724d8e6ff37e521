#include "pedalion/registry/builtin/subresources/token.h"

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/registry/builtin/defaults/filler.h"
#include "pedalion/registry/builtin/virtuals/reviews.h"

namespace pedalion::registry::builtin::subresources {

using defaults::Filler;
using json::Value;

namespace {

constexpr std::string_view kGroup = "authentication.k8s.io", kKind = "TokenRequest";
constexpr std::int64_t kShortest = 600, kLongest = std::int64_t{1} << 32;  // seconds

Result<void> check_request(const Value& request, std::string_view account) {
  using meta::FieldError, meta::FieldPath;
  std::string_view name = request.string_at({"metadata", "name"});
  if (!name.empty() && name != account) {
    return std::unexpected(
        meta::invalid(kGroup, kKind, account,
                      {FieldError::invalid(FieldPath("metadata").child("name"), name,
                                           "must match the service account name if specified")}));
  }
  const Value* seconds = request.at({"spec", "expirationSeconds"});
  std::int64_t lifetime = seconds == nullptr ? kShortest : seconds->int_or(kShortest);
  std::string_view problem = lifetime < kShortest  ? "may not specify a duration less than 10 minutes"
                             : lifetime > kLongest ? "may not specify a duration larger than 2^32 seconds"
                                                   : std::string_view();
  if (problem.empty()) return {};
  return std::unexpected(
      meta::invalid(kGroup, kKind, "",
                    {FieldError::invalid(FieldPath("spec").child("expirationSeconds"), lifetime, problem)}));
}

}  // namespace

Task<Result<void>> TokenCreater::check_binding(rest::RequestContext& context, const Value& request,
                                               std::string_view account) {
  const Value* ref = request.at({"spec", "boundObjectRef"});
  if (ref == nullptr || ref->is_null()) co_return Result<void>();
  std::string version(ref->string_at({"apiVersion"})), kind(ref->string_at({"kind"})),
      name(ref->string_at({"name"}));
  rest::Getter* getter = version != "v1"    ? nullptr
                         : kind == "Pod"    ? bindable_.pods
                         : kind == "Secret" ? bindable_.secrets
                         : kind == "Node"   ? bindable_.nodes
                                            : nullptr;
  if (getter == nullptr) {
    std::size_t slash = version.find('/');
    std::string group = slash == version.npos ? "" : version.substr(0, slash);
    co_return std::unexpected(meta::bad_request("cannot bind token to object of type " + group + "/" +
                                                version.substr(slash == version.npos ? 0 : slash + 1) +
                                                ", Kind=" + kind));
  }
  CO_TRY(rest::ObjectPtr bound, co_await getter->get(context, name, {}));
  std::string_view uid = ref->string_at({"uid"});
  if (!uid.empty() && uid != bound->uid) {
    co_return std::unexpected(
        meta::conflict({"", kind}, name,
                       "the UID in the bound object reference (" + std::string(uid) +
                           ") does not match the UID in record. The object might have been deleted "
                           "and then recreated"));
  }
  if (kind != "Pod") co_return Result<void>();
  CO_TRY(json::Document pod, json::parse(bound->json.view()));
  if (std::as_const(pod.root).string_at({"spec", "serviceAccountName"}) == account) co_return Result<void>();
  co_return std::unexpected(meta::bad_request("cannot bind token for serviceaccount " +
                                              meta::go_quoted(account) +
                                              " to pod running with different serviceaccount name."));
}

Task<Result<rest::ObjectPtr>> TokenCreater::create(rest::RequestContext& context, std::string name,
                                                   json::Document object, rest::WriteOptions) {
  CO_TRY(rest::ObjectPtr found, co_await accounts_.get(context, name, {}));
  CO_TRY_OK(check_request(object.root, name));
  CO_TRY_OK(co_await check_binding(context, object.root, name));
  if (!callbacks_.sign_token) {
    co_return std::unexpected(
        meta::not_implemented("this server has no key to sign service account tokens with"));
  }
  CO_TRY(json::Document account, json::parse(found->json.view()));
  Filler request(object.root, type_, object.arena);
  request.in("spec").fill("expirationSeconds", Value::integer(3600));
  CO_TRY(json::Document status, callbacks_.sign_token(account.root, object.root));
  Filler metadata = request.in("metadata");
  metadata.set_text("name", found->name);
  metadata.set_text("namespace", found->ns);
  metadata.set_text("uid", found->uid);
  metadata.set_text("creationTimestamp", meta::format_time(meta::now_seconds()));
  request.set("status", json::deep_copy(status.root, object.arena));
  co_return virtuals::unstored_object(object.root);
}

}  // namespace pedalion::registry::builtin::subresources
