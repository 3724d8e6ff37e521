#include <re2/re2.h>

#include "pedalion/server/filters/filters.h"

namespace pedalion::server::filters {
namespace {

class Cors final : public Filter {
 public:
  explicit Cors(const std::vector<std::string>& allowed) {
    for (const auto& pattern : allowed) allowed_.push_back(std::make_unique<re2::RE2>(pattern));
  }
  std::string_view name() const override { return "cors"; }

  std::optional<http::Response> before(Exchange& exchange) override {
    if (exchange.request.method != "OPTIONS" || !is_allowed(origin_of(exchange))) return std::nullopt;
    http::Response preflight;
    preflight.status = 204;
    return preflight;
  }

  void after(Exchange& exchange, http::Response& response) override {
    auto origin = origin_of(exchange);
    if (!is_allowed(origin)) return;
    response.headers.set("access-control-allow-origin", origin);
    response.headers.set("access-control-allow-methods", "POST, GET, OPTIONS, PUT, DELETE, PATCH");
    response.headers.set("access-control-allow-headers",
                         "Content-Type, Content-Length, Accept-Encoding, X-CSRF-Token, Authorization, "
                         "X-Requested-With, If-Modified-Since");
    response.headers.set("access-control-expose-headers", "Date");
    response.headers.set("access-control-allow-credentials", "true");
  }

 private:
  static std::string_view origin_of(const Exchange& exchange) {
    return exchange.request.headers.get("origin");
  }
  bool is_allowed(std::string_view origin) const {
    return !origin.empty() && std::ranges::any_of(allowed_, [&](const auto& pattern) {
      return re2::RE2::PartialMatch(re2::StringPiece(origin.data(), origin.size()), *pattern);
    });
  }
  std::vector<std::unique_ptr<re2::RE2>> allowed_;
};

}  // namespace

std::unique_ptr<Filter> cors(const std::vector<std::string>& allowed_origins) {
  return std::make_unique<Cors>(allowed_origins);
}

}  // namespace pedalion::server::filters
