// Whatever a server sends, and however it is cut: the same messages, within the limit.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "pedalion/client/streaming/websocket.h"

namespace pedalion::client::streaming {
namespace {

constexpr std::size_t kLimit = 300;

struct Outcome {
  std::string messages;
  bool failed = false;
  int close = 0;
  bool operator==(const Outcome&) const = default;
};

Outcome take(std::string_view input, std::size_t step) {
  WebSocket socket(kLimit, [] { return 0u; });
  Outcome out;
  while (!input.empty() && !out.failed) {
    out.failed = !socket.receive(input.substr(0, step)).has_value();
    input.remove_prefix(std::min(step, input.size()));
    while (auto message = socket.take_message()) {
      if (message->data.size() > kLimit) std::abort();
      out.messages +=
          (message->text ? "t" : "b") + std::to_string(message->data.size()) + ":" + message->data;
    }
    (void)socket.take_output();
  }
  if (out.failed && !socket.close_sent()) std::abort();
  if (const auto& close = socket.peer_close()) out.close = close->code;
  return out;
}

}  // namespace
}  // namespace pedalion::client::streaming

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using pedalion::client::streaming::take;
  std::string_view input(reinterpret_cast<const char*>(data), size);
  if (take(input, size + 1) != take(input, 1)) std::abort();
  return 0;
}
