#pragma once
// How the listener makes its connections' TLS state.
#include "pedalion/http/tls/openssl_internal.h"
#include "pedalion/http/tls/server_context.h"

namespace pedalion::http::tls {

using SslPtr = std::unique_ptr<SSL, Freed<SSL_free>>;

/// A server's end of a connection; null when there is no memory.
SslPtr new_connection(ServerContext& context);

}  // namespace pedalion::http::tls
