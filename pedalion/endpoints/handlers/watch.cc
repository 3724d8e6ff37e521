#include <algorithm>
#include <random>

#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/endpoints/handlers/list_options.h"
#include "pedalion/endpoints/handlers/response.h"
#include "pedalion/endpoints/handlers/watch_stream.h"

namespace pedalion::endpoints {
namespace {

/// Between `least` and twice that, so that watches that began together do not end together.
std::int64_t random_timeout(std::chrono::seconds least) {
  thread_local std::minstd_rand random(std::random_device{}());
  std::uniform_real_distribution<double> factor(1, 2);
  return static_cast<std::int64_t>(static_cast<double>(least.count()) * factor(random));
}

bool wants_web_socket(std::string_view upgrade) {
  return std::ranges::equal(upgrade, std::string_view("websocket"),
                            [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + ('a' - 'A') : a) == b; });
}

}  // namespace

Task<http::Response> handle_watch(Call call) {
  if (wants_web_socket(call.request.headers.get("upgrade")))
    co_return error_response(call, meta::not_implemented("watches over WebSocket are not there"));
  auto form = negotiate(call, Answers::kStream);
  if (!form) co_return error_response(call, form.error());
  form->pretty = false;
  auto options = list_options_of(call, meta::Query(call.request.query()), ListVerb::kWatch);
  if (!options) co_return error_response(call, options.error());
  auto include =
      include_object_of(form->transform == Transform::kTable ? call.request.query() : std::string_view());
  if (!include) co_return error_response(call, include.error());
  if (options->timeout_seconds.value_or(0) <= 0)
    options->timeout_seconds = random_timeout(call.environment.min_request_timeout);
  auto subscription = co_await call.resource.watcher->watch(call.context, *std::move(options));
  call.context.step("registry");
  if (!subscription) co_return error_response(call, subscription.error());
  http::Response response;
  std::string content_type(form->content_type());
  response.headers.add("content-type",
                       form->media == Media::kProtobuf ? content_type + ";stream=watch" : content_type);
  response.stream = watch_stream(*std::move(subscription), call.environment, call.resource, *form, *include);
  co_return response;
}

}  // namespace pedalion::endpoints
