#include "pedalion/server/filters/filters.h"

namespace pedalion::server::filters {
namespace {

class CacheControl final : public Filter {
 public:
  std::string_view name() const override { return "cache-control"; }
  void after(Exchange&, http::Response& response) override {
    if (!response.headers.has("cache-control")) response.headers.add("cache-control", "no-cache, private");
  }
};

class StrictTransportSecurity final : public Filter {
 public:
  explicit StrictTransportSecurity(const std::vector<std::string>& directives) {
    for (const auto& directive : directives) value_ += (value_.empty() ? "" : "; ") + directive;
  }
  std::string_view name() const override { return "strict-transport-security"; }
  void after(Exchange&, http::Response& response) override {
    response.headers.set("strict-transport-security", value_);
  }

 private:
  std::string value_;
};

}  // namespace

std::unique_ptr<Filter> cache_control() { return std::make_unique<CacheControl>(); }

std::unique_ptr<Filter> strict_transport_security(std::vector<std::string> directives) {
  return std::make_unique<StrictTransportSecurity>(directives);
}

}  // namespace pedalion::server::filters
