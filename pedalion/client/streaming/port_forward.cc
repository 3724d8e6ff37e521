#include "pedalion/client/streaming/port_forward.h"

#include <fmt/format.h>

#include <algorithm>

namespace pedalion::client::streaming {
namespace {

constexpr std::string_view kProtocol = "v4.channel.k8s.io";
enum Channel : unsigned char { kData = 0, kError = 1 };  // of the first port; there is one
constexpr std::size_t kPieceBytes = 32 << 10;
constexpr std::size_t kPreambleBytes = 2;

Status failure(std::string what) { return Status(502, "", std::move(what)); }

}  // namespace

Task<Result<std::unique_ptr<PortConnection>>> PortConnection::open(rest::RestClient& client,
                                                                   std::string in_namespace, std::string pod,
                                                                   std::uint16_t port,
                                                                   WebSocketOptions options) {
  auto request = client.get();
  request.group_version({"", "v1"}).in_namespace(in_namespace).resource("pods").name(pod);
  request.subresource("portforward").param("ports", std::to_string(port));
  std::vector<std::string> protocols{std::string(kProtocol)};
  CO_TRY(auto socket, co_await WebSocketConnection::open(std::move(request), std::move(protocols), options));
  co_return std::unique_ptr<PortConnection>(new PortConnection(std::move(socket), port));
}

// The bytes of the data channel, if it holds some.
Result<std::optional<Bytes>> PortConnection::take(WebSocket::Message message) {
  if (message.text || message.data.empty()) return std::unexpected(failure("a message without a channel"));
  const auto channel = static_cast<unsigned char>(message.data.front());
  if (channel > kError)
    return std::unexpected(failure(fmt::format("a message on channel {}, which is not open", channel)));
  auto& preamble = preamble_[channel];
  std::string_view piece = std::string_view(message.data).substr(1);
  const auto first = std::min(piece.size(), kPreambleBytes - preamble.size());
  if (first > 0) {
    preamble.append(piece.substr(0, first));
    piece.remove_prefix(first);
    const auto said = static_cast<unsigned char>(preamble[0]) |
                      (preamble.size() > 1 ? static_cast<unsigned char>(preamble[1]) << 8 : port_ & 0xff00);
    if (said != port_) return std::unexpected(failure(fmt::format("the server forwards port {}", said)));
  }
  if (piece.empty()) return std::nullopt;
  if (channel == kError)
    return std::unexpected(failure(fmt::format("error forwarding port {}: {}", port_, piece)));
  return Bytes(std::string(piece));
}

Task<Result<Bytes>> PortConnection::read() {
  while (true) {
    CO_TRY(auto message, co_await socket_->read());
    if (!message) co_return Bytes();
    CO_TRY(auto bytes, take(*std::move(message)));
    if (bytes) co_return *std::move(bytes);
  }
}

Task<Result<void>> PortConnection::write(Bytes bytes) {
  for (std::size_t at = 0; at < bytes.size(); at += kPieceBytes) {
    const bool open = co_await socket_->drained();
    if (!open) co_return std::unexpected(failure("the connection is closed"));
    socket_->send(std::string(1, static_cast<char>(kData)).append(bytes.view().substr(at, kPieceBytes)));
  }
  co_return Result<void>();
}

}  // namespace pedalion::client::streaming
