#pragma once
// The server end: accepts connections, speaks HTTP/1.1 and HTTP/2 over TLS or in the clear, and asks a
// Handler.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "pedalion/base/loop.h"
#include "pedalion/base/status.h"
#include "pedalion/http/message.h"
#include "pedalion/http/tls/server_context.h"

namespace pedalion::http {

/// What one peer may cost. The defaults are kube-apiserver's.
struct Limits {
  std::size_t header_bytes = 1 << 20;  // more: 431
  std::chrono::milliseconds header_timeout{
      32000};  // from the first byte of a head (or the connection's begin) to its end
  std::chrono::milliseconds idle_timeout{90000};  // between requests
  std::uint32_t streams_per_connection = 100;     // HTTP/2
  std::size_t body_window = 256 << 10;            // bytes of a request body held until the handler reads them
  std::size_t connections = 65536;
};

struct ServerOptions {
  std::string bind_address = "0.0.0.0";
  std::uint16_t port = 0;                   // 0: the system chooses
  unsigned threads = 0;                     // event loops; 0: one a core
  std::shared_ptr<tls::ServerContext> tls;  // null: in the clear (HTTP/1.1, or HTTP/2 by prior knowledge)
  bool http2 = true;
  Limits limits;
};

/// One event loop a thread, each with its own listening socket on the same port (SO_REUSEPORT). Methods are
/// thread-safe, but not to be called on its loops.
class Server {
 public:
  /// Listens when it returns. `handler` outlives the server. Fails when the address cannot be bound.
  static Result<std::unique_ptr<Server>> start(ServerOptions options, Handler& handler);
  /// Closes all connections at once, and waits (ten seconds at most) until handlers under way have returned.
  ~Server();

  std::uint16_t port() const;
  /// Its loops; they live as long as the server.
  std::vector<Loop*> loops() const;

  /// Takes no connection any more. Open ones are asked to go (HTTP/2: GOAWAY; HTTP/1.1: `Connection: close`
  /// with the next answer) and each response stream is told to drain(), spread evenly over `watch_grace`.
  void begin_shutdown(std::chrono::milliseconds watch_grace);
  /// Waits until no connection is left; false when `limit` passed first.
  bool wait_until_closed(std::chrono::milliseconds limit);

  std::size_t connections() const;

 private:
  struct Rep;
  explicit Server(std::unique_ptr<Rep> rep);
  std::unique_ptr<Rep> rep_;
};

}  // namespace pedalion::http
