#include <random>

#include "pedalion/server/filters/filters.h"

namespace pedalion::server::filters {
namespace {

class Goaway final : public Filter {
 public:
  explicit Goaway(double chance) : chance_(chance) {}
  std::string_view name() const override { return "goaway"; }
  void after(Exchange& exchange, http::Response& response) override {
    if (exchange.request.version != http::Version::kHttp2) return;
    thread_local std::minstd_rand random(std::random_device{}());
    if (std::uniform_real_distribution<double>(0, 1)(random) < chance_) response.close_connection = true;
  }

 private:
  double chance_;
};

}  // namespace

std::unique_ptr<Filter> goaway(double chance) { return std::make_unique<Goaway>(chance); }

}  // namespace pedalion::server::filters
