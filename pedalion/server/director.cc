#include "pedalion/server/director.h"

#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/server/exchange/plain_text.h"
#include "pedalion/server/exchange/status_response.h"

namespace pedalion::server {
namespace {

/// The part of `path` before its next slash; takes it and the slash off `path`.
std::string_view take_segment(std::string_view& path) {
  auto slash = path.find('/');
  auto segment = path.substr(0, slash);
  path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  return segment;
}

}  // namespace

Task<http::Response> Director::serve(Exchange& exchange) {
  if (exchange.info.path.starts_with("//")) co_return page_not_found();
  if (exchange.info.is_resource_request) {
    auto match = routes_.match(exchange.request.method, exchange.info);
    if (match.route != nullptr) {
      endpoints::Call call{exchange.request, exchange.info, exchange.context, *match.route->resource,
                           environment_};
      if (const auto& warning = match.route->resource->deprecation_warning; !warning.empty())
        exchange.context.warn(warning);
      co_return co_await match.route->handler(call);
    }
    if (match.path_known) co_return status_response(meta::generic_server_response(405), exchange);
    co_return not_found(exchange);
  }
  if (const PathHandler* handler = paths_.find(exchange.info.path)) co_return (*handler)(exchange);
  co_return not_found(exchange);
}

http::Response Director::not_found(const Exchange& exchange) const {
  std::string_view path = exchange.info.path;
  if (path.starts_with('/')) path.remove_prefix(1);
  auto root = take_segment(path);
  bool in_api =
      root == "api" || root == "version" || (root == "apis" && groups_.contains(take_segment(path)));
  return in_api ? status_response(meta::generic_server_response(404), exchange) : page_not_found();
}

}  // namespace pedalion::server
