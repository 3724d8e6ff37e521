#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/server/exchange/plain_text.h"
#include "pedalion/server/exchange/status_response.h"
#include "pedalion/server/filters/filters.h"

namespace pedalion::server::filters {
namespace {

std::string_view query_value(std::string_view query, std::string_view key) {
  while (!query.empty()) {
    auto end = query.find('&');
    auto pair = query.substr(0, end);
    if (pair.starts_with(key) && pair.size() > key.size() && pair[key.size()] == '=')
      return pair.substr(key.size() + 1);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
  }
  return {};
}

class RequestDeadline final : public Filter {
 public:
  explicit RequestDeadline(std::chrono::nanoseconds limit) : limit_(limit) {}
  std::string_view name() const override { return "request-deadline"; }

  std::optional<http::Response> before(Exchange& exchange) override {
    if (exchange.is_long_running()) return std::nullopt;
    exchange.timeout = limit_;
    auto wanted = query_value(exchange.request.query(), "timeout");
    if (wanted.empty()) return std::nullopt;
    auto parsed = meta::parse_go_duration(percent_decoded(wanted));
    if (!parsed) {
      return status_response(
          Status(400, "BadRequest",
                 "invalid timeout specified in the request URL - " + parsed.error().message),
          exchange);
    }
    if (parsed->count() > 0 && *parsed < limit_) exchange.timeout = *parsed;
    return std::nullopt;
  }

 private:
  std::chrono::nanoseconds limit_;
};

}  // namespace

std::unique_ptr<Filter> request_deadline(std::chrono::nanoseconds request_timeout) {
  return std::make_unique<RequestDeadline>(request_timeout);
}

}  // namespace pedalion::server::filters
