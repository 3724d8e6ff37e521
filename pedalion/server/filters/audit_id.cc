#include <cstdio>
#include <random>

#include "pedalion/server/filters/filters.h"

namespace pedalion::server::filters {
namespace {

std::string random_uuid() {
  thread_local std::mt19937_64 random(std::random_device{}());
  std::uint64_t high = random(), low = random();
  high = (high & ~0xf000ULL) | 0x4000ULL;                          // version 4
  low = (low & ~(0xc000ULL << 48)) | (0x8000ULL << 48);           // variant of RFC 4122
  char text[37];
  std::snprintf(text, sizeof text, "%08x-%04x-%04x-%04x-%012llx", static_cast<unsigned>(high >> 32),
                static_cast<unsigned>(high >> 16 & 0xffff), static_cast<unsigned>(high & 0xffff),
                static_cast<unsigned>(low >> 48), static_cast<unsigned long long>(low & 0xffffffffffffULL));
  return text;
}

class AuditId final : public Filter {
 public:
  std::string_view name() const override { return "audit-id"; }

  std::optional<http::Response> before(Exchange& exchange) override {
    auto sent = exchange.request.headers.get("audit-id");
    exchange.audit_id = sent.empty() ? random_uuid() : std::string(sent);
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
