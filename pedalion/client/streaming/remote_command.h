#pragma once
// exec and attach: a command in a container with its streams, over the subprotocol v5.channel.k8s.io.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pedalion/base/bytes.h"
#include "pedalion/base/signal.h"
#include "pedalion/base/task.h"
#include "pedalion/client/rest/rest_client.h"
#include "pedalion/client/streaming/websocket_connection.h"
#include "pedalion/http/message.h"

namespace pedalion::client::streaming {

struct TerminalSize {
  std::uint16_t width = 0, height = 0;
  bool operator==(const TerminalSize&) const = default;
};

/// Where a program puts the size of its terminal when it changes; what is not yet sent is overwritten.
/// Belongs to the client's loop.
class TerminalSizes {
 public:
  void set(TerminalSize size) {
    size_ = size;
    changed_.notify();
  }
  /// The next one. One coroutine at a time.
  Task<TerminalSize> next() {
    while (!size_) co_await changed_.wait();
    co_return *std::exchange(size_, std::nullopt);
  }

 private:
  std::optional<TerminalSize> size_;
  Signal changed_;
};

/// Takes what comes over a stream, piece by piece; nothing more is read until its Task ends. A failure ends
/// the whole.
using Sink = std::move_only_function<Task<Result<void>>(Bytes piece)>;

/// A stream that is not given is not asked for. With `tty`, what goes to stderr comes over stdout.
struct RemoteStreams {
  /// Called off at the end of the command, while it waits: it waits by what base/signal.h has.
  std::unique_ptr<http::BodyReader> in;
  Sink out, err;
  bool tty = false;
  std::shared_ptr<TerminalSizes> sizes;
};

struct ExecTarget {
  std::string in_namespace, pod;
  std::string container;  // empty: the default one
};

/// Runs `command` (no shell) and gives its exit code. Fails with the server's Status when it refuses (403,
/// 404, 501), with what it says when the command could not be run, with 502 when the connection breaks off:
/// then nobody knows how the command ended. Destroying the Task closes the connection.
Task<Result<int>> exec(rest::RestClient& client, ExecTarget target, std::vector<std::string> command,
                       RemoteStreams streams, WebSocketOptions options = {});

/// Joins the streams of a container that runs; as exec.
Task<Result<int>> attach(rest::RestClient& client, ExecTarget target, RemoteStreams streams,
                         WebSocketOptions options = {});

/// How the command ended, from what came over the error channel: a Status in JSON; nothing: well. client-go's
/// texts.
Result<int> exit_code_of(std::string_view error_channel);

/// A sink that adds to `text`, which outlives it, and fails when that has more than `limit` bytes.
Sink append_to(std::string& text, std::size_t limit = 64 << 20);

}  // namespace pedalion::client::streaming
