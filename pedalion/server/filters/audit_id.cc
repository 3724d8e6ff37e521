#include "pedalion/apimachinery/meta/names.h"
#include "pedalion/server/filters/filters.h"

namespace pedalion::server::filters {
namespace {

class AuditId final : public Filter {
 public:
  std::string_view name() const override { return "audit-id"; }

  std::optional<http::Response> before(Exchange& exchange) override {
    auto sent = exchange.request.headers.get("audit-id");
    exchange.audit_id = sent.empty() ? meta::make_uid() : std::string(sent);
    exchange.context.audit_id = exchange.audit_id;
    return std::nullopt;
  }

  void after(Exchange& exchange, http::Response& response) override {
    if (!response.headers.has("audit-id")) response.headers.add("audit-id", exchange.audit_id);
  }
};

}  // namespace

std::unique_ptr<Filter> audit_id() { return std::make_unique<AuditId>(); }

}  // namespace pedalion::server::filters
