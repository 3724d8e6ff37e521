#include "pedalion/server/filters/filters.h"

namespace pedalion::server::filters {
namespace {

class TraceHeader final : public Filter {
 public:
  std::string_view name() const override { return "trace-header"; }

  std::optional<http::Response> before(Exchange& exchange) override {
    if (exchange.request.headers.has("x-pedalion-trace")) exchange.trace.enable();
    return std::nullopt;
  }

  void after(Exchange& exchange, http::Response& response) override {
    // What happens inside is shown to administrators only.
    if (!exchange.trace.enabled() || !exchange.is_privileged()) return;
    std::string value;
    for (const auto& step : exchange.trace.steps()) {
      value += (value.empty() ? "" : ";") + step.name + "=" + std::to_string(step.at.count());
    }
    response.headers.add("x-pedalion-trace", value);
  }
};

}  // namespace

std::unique_ptr<Filter> trace_header() { return std::make_unique<TraceHeader>(); }

}  // namespace pedalion::server::filters
