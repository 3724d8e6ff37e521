#include "pedalion/apimachinery/meta/field_error.h"
#include "pedalion/server/exchange/plain_text.h"
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
    if (!exchange.info.names_nothing) return std::nullopt;
    const std::string& target = exchange.request.target;
    return plain_text(
        500,
        "Internal Server Error: " + meta::go_quoted(target) +
            ": failed to create RequestInfo: unable to determine kind and namespace from url, " + target +
            "\n",
        ContentTypeOptions::kNoSniff);
  }
};

}  // namespace

std::unique_ptr<Filter> request_info() { return std::make_unique<RequestInfoFilter>(); }

}  // namespace pedalion::server::filters
