#include "pedalion/apimachinery/meta/status_codec.h"
#include "pedalion/endpoints/handlers/response.h"
#include "pedalion/endpoints/handlers/write_options.h"

namespace pedalion::endpoints {
namespace {

std::string deleted_text(const Call& call, const registry::rest::DeleteResult& result) {
  StatusDetails details;
  details.name = call.info.name;
  details.group = call.resource.gvr.group;
  details.kind = call.resource.gvr.resource;
  if (result.object) details.uid = result.object->uid;
  return meta::success_json(details);
}

}  // namespace

Task<http::Response> handle_delete(Call call) {
  auto form = negotiate(call, Answers::kObject);
  if (!form) co_return error_response(call, form.error());
  auto options = co_await delete_options_of(call, meta::Query(call.request.query()));
  if (!options) co_return error_response(call, options.error());
  bool waits = options->orphan_dependents.has_value() && !*options->orphan_dependents;
  auto result = co_await call.resource.deleter->remove(call.context, call.info.name, *std::move(options));
  call.context.step("registry");
  if (!result) co_return error_response(call, result.error());
  int status = waits && !result->deleted ? 202 : 200;
  if (result->returns_object) co_return object_response(call, *form, status, result->object);
  co_return document_response(call, *form, status, deleted_text(call, *result));
}

}  // namespace pedalion::endpoints
