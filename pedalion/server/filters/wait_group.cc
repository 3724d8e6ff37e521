#include "pedalion/server/exchange/lifecycle.h"
#include "pedalion/server/exchange/status_response.h"
#include "pedalion/server/filters/filters.h"

namespace pedalion::server::filters {
namespace {

/// What must answer even while the server drains.
bool is_exempt(const Exchange& exchange) {
  const auto path = exchange.request.path();
  return path == "/readyz" || path == "/livez" || path == "/healthz" || path == "/metrics" ||
         exchange.request.headers.get("user-agent").starts_with("kube-apiserver/");
}

class WaitGroup final : public Filter {
 public:
  explicit WaitGroup(Lifecycle& lifecycle) : lifecycle_(lifecycle) {}
  std::string_view name() const override { return "wait-group"; }

  std::optional<http::Response> before(Exchange& exchange) override {
    if (lifecycle_.is_refusing() && !is_exempt(exchange)) {
      auto response =
          status_response(Status(503, "ServiceUnavailable", "apiserver is shutting down"), exchange);
      response.headers.set("retry-after", "1");
      response.headers.set("x-content-type-options", "nosniff");
      response.close_connection = true;
      return response;
    }
    // Until the exchange is gone, not until its answer is there: what the deadline has answered may still
    // run.
    if (!exchange.is_long_running()) exchange.running = lifecycle_.request_started();
    return std::nullopt;
  }

 private:
  Lifecycle& lifecycle_;
};

}  // namespace

std::unique_ptr<Filter> wait_group(Lifecycle& lifecycle) { return std::make_unique<WaitGroup>(lifecycle); }

}  // namespace pedalion::server::filters
