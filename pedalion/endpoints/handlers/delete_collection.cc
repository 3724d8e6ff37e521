#include "pedalion/endpoints/handlers/list_options.h"
#include "pedalion/endpoints/handlers/list_response.h"
#include "pedalion/endpoints/handlers/response.h"
#include "pedalion/endpoints/handlers/write_options.h"

namespace pedalion::endpoints {

Task<http::Response> handle_delete_collection(Call call) {
  auto form = negotiate(call, Answers::kObject);
  if (!form) co_return error_response(call, form.error());
  meta::Query query(call.request.query());
  auto list_options = list_options_of(call, query, ListVerb::kList);
  if (!list_options) co_return error_response(call, list_options.error());
  auto options = co_await delete_options_of(call, query);
  if (!options) co_return error_response(call, options.error());
  auto deleted = co_await call.resource.collection_deleter->remove_collection(
      call.context, *std::move(options), *std::move(list_options));
  call.context.step("registry");
  if (!deleted) co_return error_response(call, deleted.error());
  co_return list_response(call, *form, *std::move(deleted));
}

}  // namespace pedalion::endpoints
