#include "pedalion/server/filters/filters.h"

namespace pedalion::server::filters {
namespace {

class RequestInfoFilter final : public Filter {
 public:
  std::string_view name() const override { return "request-info"; }
  std::optional<http::Response> before(Exchange& exchange) override {
    exchange.info = endpoints::parse_request_info(exchange.request.method, exchange.request.target);
    exchange.context.ns = exchange.info.ns;
    exchange.context.user_agent = exchange.request.headers.get("user-agent");
    return std::nullopt;
  }
};

}  // namespace

std::unique_ptr<Filter> request_info() { return std::make_unique<RequestInfoFilter>(); }

}  // namespace pedalion::server::filters
