#include "pedalion/server/exchange/filter.h"

#include "pedalion/base/log.h"
#include "pedalion/server/exchange/deadline.h"
#include "pedalion/server/exchange/plain_text.h"

namespace pedalion::server {

Task<http::Response> FilterChain::handle(http::Request request) {
  auto exchange = std::make_shared<Exchange>();
  exchange->request = std::move(request);
  exchange->context.trace = &exchange->trace;
  try {
    std::optional<http::Response> response;
    std::size_t entered = 0;
    while (entered < filters_.size() && !response) {
      Filter& filter = *filters_[entered++];
      response = filter.before(*exchange);
      exchange->trace.step(filter.name());
    }
    if (!response) {
      response = co_await serve_until_deadline(director_, exchange);
      exchange->trace.step("handler");
    }
    while (entered > 0) filters_[--entered]->after(*exchange, *response);
    co_return std::move(*response);
  } catch (const std::exception& error) {
    log_failure("a filter", *exchange, error);
  }
  co_return failure_response();
}

void log_failure(std::string_view where, const Exchange& exchange, const std::exception& error) {
  log::error(std::string(where) + " failed with an exception",
             {{"target", exchange.request.target}, {"error", error.what()}, {"audit-ID", exchange.audit_id}});
}

http::Response failure_response() {
  return plain_text(500, "This request caused apiserver to panic. Look in the logs for details.\n",
                    ContentTypeOptions::kNoSniff);
}

}  // namespace pedalion::server
