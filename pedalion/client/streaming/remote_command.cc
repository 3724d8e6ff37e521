#include "pedalion/client/streaming/remote_command.h"

#include <fmt/format.h>

#include <charconv>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/meta/status_codec.h"

namespace pedalion::client::streaming {
namespace {

constexpr std::string_view kProtocol = "v5.channel.k8s.io";
enum Channel : unsigned char { kStdin = 0, kStdout = 1, kStderr = 2, kError = 3, kResize = 4, kEnd = 255 };
constexpr std::size_t kPieceBytes = 32 << 10;  // of stdin in one message
constexpr std::size_t kErrorBytes = 1 << 20;   // over the error channel

Status protocol_error(std::string_view what) {
  return Status(502, "", fmt::format("error stream protocol error: {}", what));
}

rest::Request request_for(rest::RestClient& client, const ExecTarget& target, std::string_view subresource,
                          const RemoteStreams& streams) {
  auto request = client.get();
  request.group_version({"", "v1"}).in_namespace(target.in_namespace).resource("pods").name(target.pod);
  request.subresource(subresource);
  if (!target.container.empty()) request.param("container", target.container);
  if (streams.in) request.param("stdin", "true");
  if (streams.out) request.param("stdout", "true");
  if (streams.err && !streams.tty) request.param("stderr", "true");
  if (streams.tty) request.param("tty", "true");
  return request;
}

std::string on_channel(Channel channel, std::string_view payload) {
  return std::string(1, static_cast<char>(channel)).append(payload);
}

Task<void> send_stdin(WebSocketConnection* socket, http::BodyReader* in) {
  while (true) {
    auto piece = co_await in->read();
    if (!piece) {
      socket->abort(piece.error());
      co_return;
    }
    if (piece->empty()) break;
    for (std::size_t at = 0; at < piece->size(); at += kPieceBytes) {
      const bool open = co_await socket->drained();
      if (!open) co_return;
      socket->send(on_channel(kStdin, piece->view().substr(at, kPieceBytes)));
    }
  }
  socket->send({"\xff\x00", 2});  // the end of stdin
}

Task<void> send_sizes(WebSocketConnection* socket, std::shared_ptr<TerminalSizes> sizes) {
  while (true) {
    auto size = co_await sizes->next();
    socket->send(on_channel(kResize, fmt::format(R"({{"Width":{},"Height":{}}})", size.width, size.height)));
  }
}

Result<void> append_error(std::string& error, std::string_view piece) {
  if (error.size() + piece.size() > kErrorBytes) return std::unexpected(protocol_error("it is too long"));
  error.append(piece);
  return {};
}

// Empty pieces come too: the server says so that it is ready.
Task<Result<void>> deliver(const WebSocket::Message& message, RemoteStreams* streams, std::string* error) {
  if (message.text) co_return std::unexpected(Status(502, "", "a text message where binary ones are spoken"));
  if (message.data.empty()) co_return std::unexpected(Status(502, "", "a message without a channel"));
  std::string_view piece(message.data);
  const auto channel = static_cast<unsigned char>(piece.front());
  piece.remove_prefix(1);
  if (piece.empty() || channel == kEnd) co_return Result<void>();
  if (channel == kError) co_return append_error(*error, piece);
  Sink* sink = channel == kStdout ? &streams->out : channel == kStderr ? &streams->err : nullptr;
  if (sink == nullptr || !*sink)
    co_return std::unexpected(
        Status(502, "", fmt::format("a message on channel {}, which is not open", channel)));
  co_return co_await (*sink)(Bytes(std::string(piece)));
}

Task<Result<int>> run(rest::Request request, RemoteStreams streams, WebSocketOptions options) {
  std::vector<std::string> protocols{std::string(kProtocol)};
  CO_TRY(auto socket, co_await WebSocketConnection::open(std::move(request), std::move(protocols), options));
  std::string error;
  Job input, resizing;  // end before the socket does
  if (streams.in) input = Job(send_stdin(socket.get(), streams.in.get()));
  if (streams.tty && streams.sizes) resizing = Job(send_sizes(socket.get(), streams.sizes));
  while (true) {
    CO_TRY(auto message, co_await socket->read());
    if (!message) break;
    CO_TRY_OK(co_await deliver(*message, &streams, &error));
  }
  co_return exit_code_of(error);
}

Result<int> exit_code_in(const json::Value& status) {
  const auto* details = status.find("details");
  const auto* causes = details == nullptr ? nullptr : details->find("causes");
  if (details == nullptr) return std::unexpected(protocol_error("details must be set"));
  if (causes != nullptr && causes->is_array()) {
    for (const auto& cause : causes->items()) {
      if (cause.string_at({"reason"}) != "ExitCode") continue;
      const auto text = cause.string_at({"message"});
      int code = 0;
      auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), code);
      if (problem != std::errc() || end != text.data() + text.size() || code < 0 || code > 255) {
        return std::unexpected(protocol_error(fmt::format("invalid exit code value \"{}\"", text)));
      }
      return code;
    }
  }
  return std::unexpected(protocol_error("no ExitCode cause given"));
}

}  // namespace

Result<int> exit_code_of(std::string_view error_channel) {
  if (error_channel.empty()) return 0;
  auto document = json::parse(error_channel);
  if (!document) {
    return std::unexpected(
        protocol_error(fmt::format("{} in \"{}\"", document.error().message, error_channel.substr(0, 1024))));
  }
  const auto outcome = document->root.string_at({"status"});
  if (outcome == "Success") return 0;
  if (outcome != "Failure") return std::unexpected(protocol_error("unknown error"));
  if (document->root.string_at({"reason"}) == "NonZeroExitCode") return exit_code_in(document->root);
  return std::unexpected(meta::status_from_json(document->root, 500));
}

Task<Result<int>> exec(rest::RestClient& client, ExecTarget target, std::vector<std::string> command,
                       RemoteStreams streams, WebSocketOptions options) {
  auto request = request_for(client, target, "exec", streams);
  for (const auto& word : command) request.param("command", word);
  return run(std::move(request), std::move(streams), options);
}

Task<Result<int>> attach(rest::RestClient& client, ExecTarget target, RemoteStreams streams,
                         WebSocketOptions options) {
  return run(request_for(client, target, "attach", streams), std::move(streams), options);
}

Sink append_to(std::string& text, std::size_t limit) {
  struct Append {
    static Task<Result<void>> run(std::string* text, std::size_t limit, Bytes piece) {
      if (text->size() + piece.size() > limit)
        co_return std::unexpected(Status(413, "", fmt::format("the output has more than {} bytes", limit)));
      text->append(piece.view());
      co_return Result<void>();
    }
  };
  return [&text, limit](Bytes piece) { return Append::run(&text, limit, std::move(piece)); };
}

}  // namespace pedalion::client::streaming
