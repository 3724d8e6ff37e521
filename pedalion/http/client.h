#pragma once
// The client end: a pool of connections to one server, HTTP/2 where it can, HTTP/1.1 else.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "pedalion/base/loop.h"
#include "pedalion/base/status.h"
#include "pedalion/http/message.h"

namespace pedalion::http {

struct ClientTls {
  std::string authority_pem;             // roots; empty: the system's
  std::string certificate_pem, key_pem;  // the client's own; empty: none
  std::string server_name;               // for SNI and verification; empty: the host
  bool verify = true;
};

/// Who carries connections to the server. kHttp: by CONNECT, or with whole URLs where there is no TLS.
struct ClientProxy {
  enum class Kind { kHttp, kSocks5 } kind = Kind::kHttp;
  std::string host;
  std::uint16_t port = 0;
  std::string user, password;  // empty: none
  bool use_tls = false;        // to the proxy itself, which is trusted as the server is
};

struct ClientOptions {
  std::string host;
  std::uint16_t port = 443;
  bool use_tls = true;
  ClientTls tls;
  std::optional<ClientProxy> proxy;
  enum class Protocol {
    kNegotiate,
    kHttp11,
    kHttp2
  } protocol = Protocol::kNegotiate;  // kHttp2 in the clear: prior knowledge
  std::size_t connections = 25;       // HTTP/1.1: at once; HTTP/2: one is used until its streams are taken
  std::chrono::milliseconds connect_timeout{30000}, handshake_timeout{10000}, idle_timeout{90000};
  std::chrono::milliseconds ping_after{30000},
      ping_timeout{15000};  // HTTP/2 health checks of a silent connection
  std::size_t header_bytes = 10 << 20;
};

/// A response as it comes in: the head now, the body by reading.
struct ClientResponse {
  int status = 0;
  Headers headers;
  Version version = Version::kHttp11;
  std::unique_ptr<BodyReader> body;  // null: none
};

/// Belongs to `loop`: all calls on its thread. Destroying it closes all connections; requests under way fail.
class Client {
 public:
  /// Fails when the TLS material is unusable. Connects when first used.
  static Result<std::unique_ptr<Client>> create(Loop& loop, ClientOptions options);
  ~Client();

  /// Sends; `request.body` is streamed. Fails with 503 when there is no connection, 504 on time-outs, 502
  /// when the server breaks off. A request that met a closing idle connection is sent again once, if it was
  /// not answered and has no body.
  ///
  /// With the headers `connection: upgrade` and `upgrade: PROTOCOL` it asks for another protocol, over a
  /// connection of its own that speaks HTTP/1.1. If the answer is 101, `request.body` is what is sent from
  /// then on and the answer's body is what comes, as it is; dropping that closes the connection. Any other
  /// answer is an ordinary one, and nothing of `request.body` has been read.
  Task<Result<ClientResponse>> send(Request request);

 private:
  struct Rep;
  explicit Client(std::unique_ptr<Rep> rep);
  std::unique_ptr<Rep> rep_;
};

/// The body of a request that is already there. Sent with its length, and with the head where it is short.
std::unique_ptr<BodyReader> body_of(Bytes bytes);

/// A loop with a thread of its own, for clients and tools. It ends after what was posted before its
/// destructor.
std::unique_ptr<Loop> make_loop_thread(std::string name);

}  // namespace pedalion::http
