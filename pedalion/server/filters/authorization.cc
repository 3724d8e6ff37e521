#include "pedalion/server/authz/authorizer.h"
#include "pedalion/server/filters/filters.h"
#include "pedalion/server/filters/refusal.h"

namespace pedalion::server::filters {
namespace {

authz::Attributes attributes_of(const Exchange& exchange) {
  const auto& info = exchange.info;
  return {.user = exchange.user.get(),
          .resource_request = info.is_resource_request,
          .verb = info.verb,
          .path = info.path,
          .group = info.api_group,
          .version = info.api_version,
          .resource = info.resource,
          .subresource = info.subresource,
          .ns = info.ns,
          .name = info.name};
}

class Authorization final : public Filter {
 public:
  explicit Authorization(const authz::Authorizer& authorizer) : authorizer_(authorizer) {}
  std::string_view name() const override { return "authorization"; }

  std::optional<http::Response> before(Exchange& exchange) override {
    auto attributes = attributes_of(exchange);
    auto verdict = authorizer_.authorize(attributes);
    if (verdict.decision == authz::Decision::kAllow) return std::nullopt;
    return refusal(attributes, verdict.reason, exchange);
  }

 private:
  const authz::Authorizer& authorizer_;
};

}  // namespace

std::unique_ptr<Filter> authorization(const authz::Authorizer& authorizer) {
  return std::make_unique<Authorization>(authorizer);
}

}  // namespace pedalion::server::filters
