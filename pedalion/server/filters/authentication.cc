#include "pedalion/base/log.h"
#include "pedalion/server/authn/authenticator.h"
#include "pedalion/server/authn/bearer.h"
#include "pedalion/server/exchange/metrics.h"
#include "pedalion/server/exchange/status_response.h"
#include "pedalion/server/filters/filters.h"

namespace pedalion::server::filters {
namespace {

class Authentication final : public Filter {
 public:
  Authentication(const authn::Authenticator& authenticator, Metrics& metrics)
      : authenticator_(authenticator), metrics_(metrics) {}
  std::string_view name() const override { return "authentication"; }

  std::optional<http::Response> before(Exchange& exchange) override {
    auto user = authenticator_.authenticate(exchange.request);
    if (authn::has_misplaced_token(exchange.request.headers))
      exchange.context.warn(std::string(authn::kMisplacedTokenWarning));
    // Nobody behind this filter may see, log or forward a credential.
    exchange.request.headers.remove("authorization");
    if (!user || *user == nullptr) {
      metrics_.authentication_failed();
      if (!user) {
        log::write(log::Level::kDebug, "unable to authenticate the request",
                   {{"error", user.error().message}, {"audit-ID", exchange.audit_id}});
      }
      auto response = status_response(Status(401, "Unauthorized", "Unauthorized"), exchange);
      // Against floods of nobodies.
      response.close_connection = exchange.request.version == http::Version::kHttp2;
      return response;
    }
    exchange.user = std::move(*user);
    exchange.context.user = exchange.user.get();
    metrics_.authenticated();
    return std::nullopt;
  }

 private:
  const authn::Authenticator& authenticator_;
  Metrics& metrics_;
};

}  // namespace

std::unique_ptr<Filter> authentication(const authn::Authenticator& authenticator, Metrics& metrics) {
  return std::make_unique<Authentication>(authenticator, metrics);
}

}  // namespace pedalion::server::filters
