#include "pedalion/client/streaming/websocket_connection.h"

#include <fmt/format.h>

#include <utility>

namespace pedalion::client::streaming {
namespace {
constexpr std::size_t kSendAhead = 256 << 10;  // of what is sent, before drained() waits
}

// What is to be sent, between the WebSocket and the HTTP client, which outlives it.
struct WebSocketConnection::Outgoing {
  std::string bytes;
  bool ended = false;
  Signal more, taken;
};

class WebSocketConnection::OutgoingBody final : public http::BodyReader {
 public:
  explicit OutgoingBody(std::shared_ptr<Outgoing> outgoing) : outgoing_(std::move(outgoing)) {}
  ~OutgoingBody() override {
    outgoing_->ended = true;
    outgoing_->taken.notify();
  }
  Task<Result<Bytes>> read() override { return read_from(outgoing_); }

 private:
  static Task<Result<Bytes>> read_from(std::shared_ptr<Outgoing> outgoing) {
    while (outgoing->bytes.empty() && !outgoing->ended) co_await outgoing->more.wait();
    Bytes piece(std::exchange(outgoing->bytes, {}));
    outgoing->taken.notify();
    co_return piece;
  }
  std::shared_ptr<Outgoing> outgoing_;
};

Task<Result<std::unique_ptr<WebSocketConnection>>> WebSocketConnection::open(
    rest::Request request, std::vector<std::string> protocols, WebSocketOptions options) {
  const bool needs_protocol = !protocols.empty();
  const WebSocketHandshake handshake(std::move(protocols));
  for (const auto& [name, value] : handshake.headers().fields()) request.header(name, value);
  auto outgoing = std::make_shared<Outgoing>();
  CO_TRY(auto answer, co_await request.upgrade(std::make_unique<OutgoingBody>(outgoing)));
  CO_TRY(auto protocol, handshake.accept(answer.headers));
  if (needs_protocol && protocol.empty())
    co_return std::unexpected(Status(502, "", "websocket: bad handshake: the server chooses no protocol"));
  std::unique_ptr<WebSocketConnection> made(
      new WebSocketConnection(request.client().loop(), options, std::move(outgoing)));
  made->protocol_ = std::move(protocol);
  made->incoming_ = std::move(answer.body);
  made->watch_silence();
  co_return made;
}

WebSocketConnection::WebSocketConnection(Loop& loop, WebSocketOptions options,
                                         std::shared_ptr<Outgoing> outgoing)
    : options_(options), socket_(options.message_limit), outgoing_(std::move(outgoing)), timer_(loop) {}

WebSocketConnection::~WebSocketConnection() {
  incoming_.reset();
  outgoing_->ended = true;
  outgoing_->more.notify();  // whoever reads it ends
}

void WebSocketConnection::flush() {
  if (outgoing_->ended) return;
  outgoing_->bytes += socket_.take_output();
  if (!outgoing_->bytes.empty()) outgoing_->more.notify();
}

void WebSocketConnection::send(std::string_view payload) {
  socket_.send(payload);
  flush();
}

Task<bool> WebSocketConnection::drained() {
  while (outgoing_->bytes.size() > kSendAhead && !outgoing_->ended && !failure_)
    co_await outgoing_->taken.wait();
  co_return !outgoing_->ended && !failure_ && !socket_.close_sent();
}

Status WebSocketConnection::peer_failure() const {
  const auto& close = socket_.peer_close();
  if (!close) return Status(502, "", "websocket: the connection closed without a close frame");
  return Status(
      502, "",
      fmt::format("websocket: close {}{}{}", close->code, close->reason.empty() ? "" : ": ", close->reason));
}

Task<Result<std::optional<WebSocket::Message>>> WebSocketConnection::read() {
  while (true) {
    if (auto message = socket_.take_message()) co_return message;
    if (failure_) co_return std::unexpected(*failure_);
    if (const auto& close = socket_.peer_close(); close && close->code == WebSocket::kNormal)
      co_return std::optional<WebSocket::Message>();
    if (socket_.peer_close() || !incoming_) co_return std::unexpected(peer_failure());
    waiting_since_ = Clock::now();
    auto piece = co_await incoming_->read();
    waiting_since_.reset();
    if (failure_) continue;
    if (!piece) {
      failure_ = std::move(piece).error();
    } else if (piece->empty()) {
      incoming_.reset();
    } else if (auto taken = socket_.receive(piece->view()); !taken) {
      failure_ = std::move(taken).error();
    }
    flush();
  }
}

// Asks for a sign of life. Silence counts only while it is waited for: a caller that does not read hears
// nothing.
void WebSocketConnection::watch_silence() {
  timer_.start(options_.ping_period, [this] {
    if (waiting_since_ && Clock::now() - *waiting_since_ >= options_.silence_limit)
      return abort(Status(504, "Timeout", "websocket: the server does not answer pings"));
    socket_.ping();
    flush();
    watch_silence();
  });
}

void WebSocketConnection::abort(const Status& why) {
  if (failure_) return;
  failure_ = why;
  timer_.stop();
  incoming_.reset();  // a read under way ends in a later turn of the loop
  outgoing_->taken.notify();
}

Task<void> WebSocketConnection::close() {
  socket_.close(WebSocket::kNormal);
  flush();
  timer_.start(options_.close_timeout,
               [this] { abort(Status(504, "Timeout", "websocket: close: timeout")); });
  while (true) {
    auto message = co_await read();
    if (!message || !*message) co_return;
  }
}

}  // namespace pedalion::client::streaming
