#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/endpoints/handlers/list_options.h"
#include "pedalion/endpoints/handlers/response.h"

namespace pedalion::endpoints {

Task<http::Response> handle_get(Call call) {
  auto form = negotiate(call, Answers::kObject);
  if (!form) co_return error_response(call, form.error());
  meta::Query query(call.request.query());
  if (query.boolean("export")) {
    co_return error_response(
        call, meta::bad_request("the export parameter, deprecated since v1.14, is no longer supported"));
  }
  registry::rest::GetOptions options;
  if (const auto* version = query.find("resourceVersion")) options.resource_version = *version;
  auto object = co_await call.resource.getter->get(call.context, call.info.name, std::move(options));
  call.context.step("registry");
  if (!object) co_return error_response(call, object.error());
  co_return object_response(call, *form, 200, *object);
}

}  // namespace pedalion::endpoints
