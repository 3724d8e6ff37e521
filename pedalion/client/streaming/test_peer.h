#pragma once
// For tests: a server of one connection at a time that speaks WebSocket as a script says, well or badly.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "pedalion/base/loop.h"
#include "pedalion/client/config/http_transport.h"
#include "pedalion/client/streaming/websocket.h"

namespace pedalion::client::streaming {

/// An accepted connection. Blocking; every read ends after five seconds at most, with what has come.
class TestPeer {
 public:
  explicit TestPeer(int descriptor) : descriptor_(descriptor) {}
  TestPeer(const TestPeer&) = delete;
  TestPeer& operator=(const TestPeer&) = delete;
  ~TestPeer() {
    ::shutdown(descriptor_, SHUT_WR);
    while (fill()) {
    }  // a reset could overtake what was written
    ::close(descriptor_);
  }

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      auto count = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  std::string read_head() {
    while (!buffer_.contains("\r\n\r\n") && fill()) {
    }
    return take(buffer_.contains("\r\n\r\n") ? buffer_.find("\r\n\r\n") + 4 : buffer_.size());
  }
  /// Answers the handshake with `protocol`, if that is offered; gives the head of the request.
  std::string accept(std::string_view protocol) {
    auto head = read_head();
    constexpr std::string_view kKey = "sec-websocket-key: ";
    auto at = head.find(kKey) + kKey.size();
    auto key = head.substr(at, head.find("\r\n", at) - at);
    write(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
        "Upgrade\r\nSec-WebSocket-Accept: " +
        websocket_accept(key) + "\r\nSec-WebSocket-Protocol: " + std::string(protocol) + "\r\n\r\n");
    return head;
  }
  void send(std::string_view payload, unsigned first = 0x82) {
    std::string out{static_cast<char>(first)};
    if (payload.size() < 126) {
      out += static_cast<char>(payload.size());
    } else {
      out += static_cast<char>(127);
      for (int i = 7; i >= 0; --i) out += static_cast<char>(std::uint64_t{payload.size()} >> (8 * i) & 0xff);
    }
    write(out.append(payload));
  }
  void send(unsigned char channel, std::string_view payload) {
    send(std::string(1, static_cast<char>(channel)).append(payload));
  }
  void close(std::string_view code = "\x03\xe8") { send(code, 0x88); }

  struct Frame {
    unsigned opcode = 0;  // 0: none came
    std::string payload;
  };
  /// The next one that is no ping.
  Frame receive() {
    while (true) {
      auto frame = next_frame();
      if (frame.opcode != 9) return frame;
    }
  }

 private:
  Frame next_frame() {
    auto head = count(2);
    if (head.size() < 2) return {};
    std::uint64_t length = static_cast<unsigned char>(head[1]) & 0x7f;
    if (length >= 126) {
      auto more = count(length == 126 ? 2 : 8);
      length = 0;
      for (unsigned char c : more) length = length << 8 | c;
    }
    auto mask = count(4);
    Frame frame{static_cast<unsigned char>(head[0]) & 0x0fu, count(length)};
    for (std::size_t i = 0; i < frame.payload.size(); ++i) frame.payload[i] ^= mask[i % 4];
    return frame;
  }
  std::string count(std::size_t wanted) {
    while (buffer_.size() < wanted && fill()) {
    }
    return take(std::min(wanted, buffer_.size()));
  }
  std::string take(std::size_t size) {
    auto taken = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return taken;
  }
  bool fill() {
    pollfd wait{descriptor_, POLLIN, 0};
    char bytes[65536];
    if (::poll(&wait, 1, 5000) <= 0) return false;
    auto size = ::recv(descriptor_, bytes, sizeof bytes, 0);
    if (size > 0) buffer_.append(bytes, static_cast<std::size_t>(size));
    return size > 0;
  }
  int descriptor_;
  std::string buffer_;
};

/// Gives each connection to `script`, one after the other; and a client to it on a loop of its own.
class TestServer {
 public:
  explicit TestServer(std::function<void(TestPeer&)> script) : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(listener_, 16);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    thread_ = std::thread([this, script = std::move(script)] {
      while (true) {
        int accepted = ::accept(listener_, nullptr, nullptr);
        if (accepted < 0) return;
        TestPeer peer(accepted);
        script(peer);
      }
    });
    loop_ = http::make_loop_thread("test");
    config::Config config;
    config.server = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    client_ = config::make_client(*loop_, config).value();
  }
  ~TestServer() {
    run([this] { client_.reset(); });
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }

  rest::RestClient& client() { return *client_; }
  Loop& loop() { return *loop_; }
  void run(std::move_only_function<void()> work) {
    std::promise<void> done;
    loop_->post([&] {
      work();
      done.set_value();
    });
    done.get_future().get();
  }
  /// What the Task comes to that `make` makes on the loop.
  template <class Make>
  auto await(Make make) {
    using T = decltype(make().await_resume());
    std::promise<T> result;
    loop_->post([&] { spawn(make(), [&](T value) { result.set_value(std::move(value)); }); });
    return result.get_future().get();
  }

 private:
  int listener_;
  std::thread thread_;
  std::unique_ptr<Loop> loop_;
  std::unique_ptr<rest::RestClient> client_;
};

}  // namespace pedalion::client::streaming
