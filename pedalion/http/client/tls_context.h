#pragma once
// What a client needs for TLS: whom it trusts, its own certificate, the protocols it offers.
#include <memory>
#include <string>

#include "pedalion/base/status.h"
#include "pedalion/http/client.h"

struct ssl_ctx_st;
struct ssl_st;

namespace pedalion::http::client {

/// Immutable; shared by the connections of one client.
class TlsContext {
 public:
  /// Fails with 400 when a PEM text is unusable or key and certificate do not belong together.
  static Result<std::shared_ptr<const TlsContext>> create(const ClientOptions& options);
  ~TlsContext();

  /// A new connection's state, to be freed by the caller: verifies against the server's name or address,
  /// names it (SNI), and offers what `protocol` allows (ALPN).
  ssl_st* make(ClientOptions::Protocol protocol) const;

 private:
  TlsContext(ssl_ctx_st* context, std::string server_name, bool verify);
  ssl_ctx_st* context_;
  std::string server_name_;
  bool verify_;
};

}  // namespace pedalion::http::client
