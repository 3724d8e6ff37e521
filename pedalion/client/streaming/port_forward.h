#pragma once
// port-forward: connections to the ports of a pod, over the subprotocol v4.channel.k8s.io.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "pedalion/base/bytes.h"
#include "pedalion/base/task.h"
#include "pedalion/client/rest/rest_client.h"
#include "pedalion/client/streaming/websocket_connection.h"

namespace pedalion::client::streaming {

/// One connection to one port. Belongs to the client's loop; destroying it closes the connection.
class PortConnection {
 public:
  /// Fails with the server's Status when it refuses. Whether somebody listens on the port is learned by
  /// reading.
  static Task<Result<std::unique_ptr<PortConnection>>> open(rest::RestClient& client,
                                                            std::string in_namespace, std::string pod,
                                                            std::uint16_t port,
                                                            WebSocketOptions options = {});

  /// What comes next; empty at the end. Fails (502) with what the node says when it cannot connect, and when
  /// the connection breaks off. One coroutine at a time.
  Task<Result<Bytes>> read();
  /// Waits while too much is under way. Fails when nothing is sent any more; read() tells why. One coroutine
  /// at a time.
  Task<Result<void>> write(Bytes bytes);
  /// Ends both directions: this protocol cannot end one alone.
  Task<void> close() { return socket_->close(); }

 private:
  PortConnection(std::unique_ptr<WebSocketConnection> socket, std::uint16_t port)
      : socket_(std::move(socket)), port_(port) {}
  Result<std::optional<Bytes>> take(WebSocket::Message message);

  std::unique_ptr<WebSocketConnection> socket_;
  const std::uint16_t port_;
  std::string preamble_[2];  // of each channel: the port, little-endian
};

}  // namespace pedalion::client::streaming
