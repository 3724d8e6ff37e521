#include "pedalion/server/exchange/metrics.h"
#include "pedalion/server/filters/filters.h"

namespace pedalion::server::filters {
namespace {

/// Keeps the gauge of long-running requests for as long as their stream lives.
class CountedStream final : public http::BodyStream {
 public:
  CountedStream(std::unique_ptr<http::BodyStream> inner, LongRunningGauge gauge)
      : inner_(std::move(inner)), gauge_(std::move(gauge)) {}
  Pull pull(std::vector<Bytes>& out, std::size_t budget) override { return inner_->pull(out, budget); }
  void on_ready(std::function<void()> ready) override { inner_->on_ready(std::move(ready)); }
  void drain() override { inner_->drain(); }

 private:
  std::unique_ptr<http::BodyStream> inner_;
  LongRunningGauge gauge_;
};

class RequestMetricsFilter final : public Filter {
 public:
  explicit RequestMetricsFilter(Metrics& metrics) : metrics_(metrics) {}
  std::string_view name() const override { return "request-metrics"; }

  void after(Exchange& exchange, http::Response& response) override {
    std::size_t size = 0;
    for (const auto& chunk : response.chunks) size += chunk.size();
    metrics_.request_finished(exchange.info, response.status,
                              std::chrono::steady_clock::now() - exchange.received, size);
    if (exchange.is_long_running() && response.stream) {
      response.stream =
          std::make_unique<CountedStream>(std::move(response.stream), metrics_.long_running(exchange.info));
    }
  }

 private:
  Metrics& metrics_;
};

}  // namespace

std::unique_ptr<Filter> request_metrics(Metrics& metrics) {
  return std::make_unique<RequestMetricsFilter>(metrics);
}

}  // namespace pedalion::server::filters
