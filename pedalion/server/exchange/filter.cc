#include "pedalion/server/exchange/filter.h"

#include "pedalion/server/exchange/deadline.h"

namespace pedalion::server {

bool Exchange::is_long_running() const { return endpoints::is_long_running(info); }

Task<http::Response> FilterChain::handle(http::Request request) {
  auto exchange = std::make_shared<Exchange>();
  exchange->request = std::move(request);
  exchange->context.trace = &exchange->trace;
  exchange->context.user = &exchange->user;

  std::optional<http::Response> response;
  std::size_t entered = 0;
  while (entered < filters_.size() && !response) {
    Filter& filter = *filters_[entered++];
    response = filter.before(*exchange);
    exchange->trace.step(filter.name());
  }
  if (!response) {
    auto served = co_await serve_until_deadline(director_, exchange);
    response = std::move(served);
    exchange->trace.step("handler");
  }
  while (entered > 0) filters_[--entered]->after(*exchange, *response);
  co_return std::move(*response);
}

}  // namespace pedalion::server
