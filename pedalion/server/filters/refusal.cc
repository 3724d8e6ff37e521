#include "pedalion/server/filters/refusal.h"

#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/server/exchange/status_response.h"

namespace pedalion::server::filters {
namespace {

Status forbidden(const authz::Attributes& attributes, const std::string& text) {
  if (attributes.resource_request) {
    meta::GroupResource resource{std::string(attributes.group), std::string(attributes.resource)};
    return meta::forbidden(resource, attributes.name, text);
  }
  return Status(403, "Forbidden", "forbidden: " + text, StatusDetails());
}

}  // namespace

http::Response refusal(const authz::Attributes& attributes, const std::string& reason,
                       const Exchange& exchange) {
  auto response = status_response(forbidden(attributes, authz::denial_text(attributes, reason)), exchange);
  response.headers.set("x-content-type-options", "nosniff");
  return response;
}

}  // namespace pedalion::server::filters
