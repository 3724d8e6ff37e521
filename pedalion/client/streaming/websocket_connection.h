#pragma once
// A WebSocket to an API server: the machine of websocket.h over a request that switched protocols.
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/base/signal.h"
#include "pedalion/base/task.h"
#include "pedalion/client/rest/rest_client.h"
#include "pedalion/client/streaming/websocket.h"

namespace pedalion::client::streaming {

/// The periods are client-go's.
struct WebSocketOptions {
  std::size_t message_limit = 4 << 20;
  std::chrono::milliseconds ping_period{5000};
  std::chrono::milliseconds silence_limit{61000};  // while something is waited for
  std::chrono::milliseconds close_timeout{1000};   // for the peer's answer to close()
};

/// Belongs to the client's loop. Destroying it closes the connection without a word.
class WebSocketConnection {
 public:
  /// Sends `request`, a GET, with the handshake. Fails with the Status that the server answers instead of
  /// switching, with 502 when it answers what is no WebSocket, or none of `protocols`.
  static Task<Result<std::unique_ptr<WebSocketConnection>>> open(rest::Request request,
                                                                 std::vector<std::string> protocols,
                                                                 WebSocketOptions options = {});
  ~WebSocketConnection();
  WebSocketConnection(const WebSocketConnection&) = delete;
  WebSocketConnection& operator=(const WebSocketConnection&) = delete;

  const std::string& protocol() const { return protocol_; }

  /// The next message; none after the peer has closed normally (code 1000). Fails when it closes otherwise,
  /// breaks off, or is silent for too long. One coroutine at a time.
  Task<Result<std::optional<WebSocket::Message>>> read();

  /// Binary. Not waiting: see drained().
  void send(std::string_view payload);
  /// Until little of what was sent is still here. One coroutine at a time. False: nothing will be sent any
  /// more.
  Task<bool> drained();

  /// Read fails with `why` from now on.
  void abort(const Status& why);

  /// Says goodbye and waits for the answer, for a while.
  Task<void> close();

 private:
  struct Outgoing;
  class OutgoingBody;
  using Clock = std::chrono::steady_clock;

  WebSocketConnection(Loop& loop, WebSocketOptions options, std::shared_ptr<Outgoing> outgoing);
  void flush();
  void watch_silence();
  Status peer_failure() const;

  const WebSocketOptions options_;
  std::string protocol_;
  WebSocket socket_;
  std::shared_ptr<Outgoing> outgoing_;
  std::unique_ptr<http::BodyReader> incoming_;  // null once it is of no use
  std::optional<Status> failure_;
  std::optional<Clock::time_point> waiting_since_;  // for input
  Timer timer_;
};

}  // namespace pedalion::client::streaming
