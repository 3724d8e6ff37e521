#pragma once
// The client's end of a WebSocket (RFC 6455) as a pure machine: bytes in, messages out. No socket, no clock.
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/base/status.h"
#include "pedalion/http/message.h"

namespace pedalion::client::streaming {

/// What is said before there are frames (section 4.1).
class WebSocketHandshake {
 public:
  /// Offers `protocols`, the most wanted first. `key`: 16 bytes in base64; empty: random ones.
  explicit WebSocketHandshake(std::vector<std::string> protocols, std::string key = {});
  /// To be added to a GET request.
  http::Headers headers() const;
  /// The subprotocol that was agreed on by an answer of status 101; empty: none. Fails (502) when the answer
  /// is not one to this handshake, or chooses what was not offered.
  Result<std::string> accept(const http::Headers& answer) const;

 private:
  std::vector<std::string> protocols_;
  std::string key_;
};

/// The Sec-WebSocket-Accept that answers `key`.
std::string websocket_accept(std::string_view key);

/// Frames and messages after the handshake. What a server may not send fails with 502, and the close frame
/// that says so is in the output; then, as after a close, nothing more is taken in.
class WebSocket {
 public:
  struct Message {
    bool text = false;  // its UTF-8 is not verified
    std::string data;
  };
  struct Close {
    std::uint16_t code = kNoCode;
    std::string reason;
  };
  static constexpr std::uint16_t kNormal = 1000, kProtocolError = 1002, kNoCode = 1005, kTooBig = 1009;

  /// `message_limit`: bytes of one message, of all its fragments together. `mask`: four random bytes each
  /// time; they must be hard to guess (section 10.3); null: made so.
  explicit WebSocket(std::size_t message_limit, std::function<std::uint32_t()> mask = nullptr);

  Result<void> receive(std::string_view input);
  std::optional<Message> take_message();
  /// What the peer closed with, when it has; the messages before it are still to be taken.
  const std::optional<Close>& peer_close() const { return peer_close_; }

  /// One message in one frame. Does nothing after close().
  void send(std::string_view payload, bool text = false);
  void ping();
  /// Once; nothing is sent after it.
  void close(std::uint16_t code, std::string_view reason = {});
  bool close_sent() const { return close_sent_; }

  /// What is to be written now. A flood of pings is answered by one pong each time this is called.
  std::string take_output();

 private:
  Status fail(std::uint16_t code, std::string_view what);
  Result<bool> take_header(std::string_view& input);
  Result<void> begin_frame();
  Result<void> check_frame(std::uint8_t first, std::uint64_t length);
  Result<void> end_frame();
  Result<void> take_control();
  Result<void> take_close();
  void append_frame(std::uint8_t opcode, std::string_view payload);

  const std::size_t message_limit_;
  const std::function<std::uint32_t()> mask_;

  std::string header_;              // of the frame that is coming, as far as it has come
  bool in_payload_ = false;         // its header is complete
  bool final_ = false;              // it ends its message
  std::uint8_t opcode_ = 0;         // its own
  std::uint64_t remaining_ = 0;     // of its payload
  std::string control_;             // payload of a control frame
  std::optional<Message> message_;  // the one that is coming
  std::deque<Message> messages_;

  std::string output_;
  std::optional<std::string> pong_;
  bool close_sent_ = false, failed_ = false;
  std::optional<Close> peer_close_;
};

}  // namespace pedalion::client::streaming
