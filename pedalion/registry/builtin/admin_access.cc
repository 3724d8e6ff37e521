#include "pedalion/registry/builtin/admin_access.h"

#include <optional>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/meta/errors.h"

namespace pedalion::registry::builtin {

using json::Value;

namespace {

constexpr std::string_view kLabel = "resource.kubernetes.io/admin-access";

/// The first request that asks for it. A template holds a claim's spec within its own; kube-apiserver names
/// the place as in a claim either way.
std::optional<meta::FieldPath> asked_at(const Value& object) {
  const Value* requests = object.at({"spec", "devices", "requests"});
  if (requests == nullptr) requests = object.at({"spec", "spec", "devices", "requests"});
  if (requests == nullptr) return std::nullopt;
  for (std::size_t i = 0; i < requests->items().size(); ++i) {
    const Value* asked = requests->items()[i].at({"exactly", "adminAccess"});
    if (asked == nullptr || !asked->bool_or(false)) continue;
    return meta::FieldPath("spec").child("devices").child("requests").index(i).child("adminAccess");
  }
  return std::nullopt;
}

}  // namespace

Task<Result<std::unique_ptr<generic::Allocation>>> AdminAccess::allocate(Value& object, const Value* old,
                                                                         json::Arena&, bool) {
  const Value& claim = object;
  std::optional<meta::FieldPath> place = old == nullptr ? asked_at(claim) : std::nullopt;
  if (!place) co_return std::unique_ptr<generic::Allocation>();
  rest::RequestContext context;
  std::string ns(claim.string_at({"metadata", "namespace"}));
  CO_TRY(rest::ObjectPtr found, co_await namespaces_.get(context, ns, {}));
  CO_TRY(json::Document document, json::parse(found->json.view()));
  if (std::as_const(document.root).string_at({"metadata", "labels", kLabel}) == "true") {
    co_return std::unique_ptr<generic::Allocation>();
  }
  meta::FieldErrors errors{
      meta::FieldError::forbidden(*place, "admin access to devices requires the `" + std::string(kLabel) +
                                              ": true` label on the containing namespace")};
  co_return std::unexpected(
      meta::invalid(kind_.group, kind_.kind, claim.string_at({"metadata", "name"}), errors));
}

}  // namespace pedalion::registry::builtin
