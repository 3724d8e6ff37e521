#include "pedalion/endpoints/handlers/body.h"
#include "pedalion/endpoints/handlers/response.h"
#include "pedalion/endpoints/handlers/write_options.h"

namespace pedalion::endpoints {
namespace {

struct Prepared {
  json::Document object;
  registry::rest::WriteOptions options;
};

Task<Result<Prepared>> prepare(const Call& call) {
  CO_TRY(auto media_type, body_media_type(call.request));
  CO_TRY(Bytes body, co_await read_body(call));
  CO_TRY(auto options, write_options_of(call, meta::Query(call.request.query()), WriteVerb::kCreate));
  CO_TRY(auto object, decode_body(call, body.view(), media_type, options.field_validation));
  call.context.step("decode");
  co_return Prepared{std::move(object), std::move(options)};
}

}  // namespace

Task<http::Response> handle_create(Call call) {
  auto form = negotiate(call, Answers::kObject);
  if (!form) co_return error_response(call, form.error());
  auto prepared = co_await prepare(call);
  if (!prepared) co_return error_response(call, prepared.error());
  auto object = co_await call.resource.creater->create(
      call.context, call.info.name, std::move(prepared->object), std::move(prepared->options));
  call.context.step("registry");
  if (!object) co_return error_response(call, object.error());
  co_return object_response(call, *form, 201, *object);
}

}  // namespace pedalion::endpoints
