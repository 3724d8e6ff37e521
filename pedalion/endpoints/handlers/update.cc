#include "pedalion/endpoints/handlers/body.h"
#include "pedalion/endpoints/handlers/response.h"
#include "pedalion/endpoints/handlers/write_options.h"

namespace pedalion::endpoints {
namespace {

using registry::rest::UpdateResult;

Task<Result<UpdateResult>> update(Call call) {
  CO_TRY(Bytes body, co_await read_body(call));
  CO_TRY(auto options, write_options_of(call, meta::Query(call.request.query()), WriteVerb::kUpdate));
  CO_TRY(auto media_type, body_media_type(call.request));
  CO_TRY(json::Document object, decode_body(call, body.view(), media_type, options.field_validation));
  CO_TRY_OK(check_name(call, object.root));
  call.context.step("decode");
  // The registry may ask again after a conflict: the first time it gets what was decoded, then the body anew.
  bool given = false;
  registry::rest::MakeObject make = [&](const watchcache::Object*) -> Result<json::Document> {
    if (!std::exchange(given, true)) return std::move(object);
    return decode_body(call, body.view(), media_type, registry::rest::FieldValidation::kIgnore);
  };
  co_return co_await call.resource.updater->update(
      call.context, call.info.name, std::move(make), std::move(options),
      registry::rest::CreateIfMissing::kByStrategy, registry::rest::FieldTracking::kUpdate);
}

}  // namespace

Task<http::Response> handle_update(Call call) {
  auto form = negotiate(call, Answers::kObject);
  if (!form) co_return error_response(call, form.error());
  auto result = co_await update(call);
  call.context.step("registry");
  if (!result) co_return error_response(call, result.error());
  co_return object_response(call, *form, result->created ? 201 : 200, result->object);
}

}  // namespace pedalion::endpoints
