#include "pedalion/server/exchange/metrics.h"
#include "pedalion/server/exchange/plain_text.h"
#include "pedalion/server/filters/filters.h"

namespace pedalion::server::filters {
namespace {

class MaxInFlight final : public Filter {
 public:
  MaxInFlight(int read_only, int mutating, Metrics& metrics)
      : lanes_{Lane{read_only}, Lane{mutating}}, metrics_(metrics) {}
  std::string_view name() const override { return "max-in-flight"; }

  std::optional<http::Response> before(Exchange& exchange) override {
    if (exchange.is_long_running()) return std::nullopt;
    Lane& lane = lane_of(exchange);
    int running = lane.running.fetch_add(1, std::memory_order_relaxed) + 1;
    exchange.counted_in_flight = true;
    metrics_.in_flight(is_mutating(exchange), running);
    if (lane.limit <= 0 || running <= lane.limit || exchange.is_privileged()) return std::nullopt;
    metrics_.request_rejected(is_mutating(exchange));
    auto response =
        plain_text(429, "Too many requests, please try again later.\n", ContentTypeOptions::kNoSniff);
    response.headers.add("retry-after", "1");
    return response;
  }

  void after(Exchange& exchange, http::Response&) override {
    if (exchange.counted_in_flight) {
      int running = lane_of(exchange).running.fetch_sub(1, std::memory_order_relaxed) - 1;
      metrics_.in_flight(is_mutating(exchange), running);
    }
  }

 private:
  struct Lane {
    explicit Lane(int limit) : limit(limit) {}
    int limit;  // 0: none
    alignas(64) std::atomic<int> running{0};
  };

  static bool is_mutating(const Exchange& exchange) {
    const auto& verb = exchange.info.verb;
    return verb != "get" && verb != "list" && verb != "watch" && verb != "head";
  }
  Lane& lane_of(const Exchange& exchange) { return lanes_[is_mutating(exchange) ? 1 : 0]; }

  Lane lanes_[2];
  Metrics& metrics_;
};

}  // namespace

std::unique_ptr<Filter> max_in_flight(int read_only, int mutating, Metrics& metrics) {
  return std::make_unique<MaxInFlight>(read_only, mutating, metrics);
}

}  // namespace pedalion::server::filters
