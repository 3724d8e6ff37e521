#include "pedalion/base/log.h"
#include "pedalion/server/filters/filters.h"

namespace pedalion::server::filters {
namespace {

constexpr auto kSlow = std::chrono::milliseconds(500);

std::string steps_text(const Trace& trace) {
  std::string text;
  for (const auto& step : trace.steps()) {
    text += (text.empty() ? "" : ", ") + step.name + " " + std::to_string(step.at.count() / 1000) + "us";
  }
  return text;
}

class RequestLog final : public Filter {
 public:
  std::string_view name() const override { return "request-log"; }

  void after(Exchange& exchange, http::Response& response) override {
    auto took = std::chrono::steady_clock::now() - exchange.received;
    bool slow = took > kSlow && !exchange.is_long_running();
    if (!slow && !log::enabled(log::Level::kDebug)) return;
    auto took_ms = std::chrono::duration_cast<std::chrono::microseconds>(took).count() / 1000.0;
    log::write(slow ? log::Level::kWarning : log::Level::kDebug, slow ? "slow request" : "HTTP",
               {{"verb", exchange.info.verb},
                {"URI", exchange.request.target},
                {"latency_ms", took_ms},
                {"userAgent", exchange.context.user_agent},
                {"audit-ID", exchange.audit_id},
                {"srcIP", exchange.request.peer ? exchange.request.peer->address : std::string()},
                {"resp", response.status},
                {"steps", steps_text(exchange.trace)}});
  }
};

}  // namespace

std::unique_ptr<Filter> request_log() { return std::make_unique<RequestLog>(); }

}  // namespace pedalion::server::filters
