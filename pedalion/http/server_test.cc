// The server over loopback, asked through raw sockets.
#include "pedalion/http/server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>

namespace pedalion::http {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""us;

/// A connection that blocks; every read ends after five seconds at most.
class Peer {
 public:
  explicit Peer(std::uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
    timeval limit{.tv_sec = 5, .tv_usec = 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer() { close(); }
  void close() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  }
  void reset() {
    linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
  }
  void end_output() { ::shutdown(descriptor_, SHUT_WR); }
  void write(std::string_view text) {
    while (!text.empty()) {
      auto sent = ::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  /// What comes until `end` has come, or the connection ends.
  std::string read_until(std::string_view end) {
    while (input_.find(end) == std::string::npos && fill()) {
    }
    auto at = input_.find(end);
    std::string text = input_.substr(0, at == std::string::npos ? at : at + end.size());
    input_.erase(0, text.size());
    return text;
  }
  std::string read_to_end() {
    while (fill()) {
    }
    return std::exchange(input_, {});
  }

 private:
  bool fill() {
    char buffer[65536];
    auto got = ::recv(descriptor_, buffer, sizeof buffer, 0);
    if (got > 0) input_.append(buffer, static_cast<std::size_t>(got));
    return got > 0;
  }
  int descriptor_;
  std::string input_;
};

/// Never ends of itself: silent, or as fast as it is pulled.
class EndlessStream final : public BodyStream {
 public:
  EndlessStream(std::atomic<int>& open, std::atomic<std::size_t>& pulled, bool silent)
      : open_(open), pulled_(pulled), silent_(silent) {
    ++open_;
  }
  ~EndlessStream() override { --open_; }
  Pull pull(std::vector<Bytes>& out, std::size_t budget) override {
    if (draining_) return Pull::kEnd;
    if (silent_ && std::exchange(begun_, true)) return Pull::kPending;
    out.emplace_back(std::string(silent_ ? 5 : std::min<std::size_t>(budget, 1 << 16), 'e'));
    pulled_ += out.back().size();
    return Pull::kMore;
  }
  void on_ready(std::function<void()> ready) override { ready_ = std::move(ready); }
  void drain() override {
    draining_ = true;
    ready_();
  }

 private:
  std::atomic<int>& open_;
  std::atomic<std::size_t>& pulled_;
  const bool silent_;
  bool begun_ = false, draining_ = false;
  std::function<void()> ready_;
};

class TestHandler final : public Handler {
 public:
  Task<Response> handle(Request request) override { return answer(this, std::move(request)); }
  std::atomic<int> open = 0, broken_bodies = 0;
  std::atomic<std::size_t> pulled = 0;

 private:
  static Task<Response> answer(TestHandler* self, Request request) {
    if (request.path() == "/throw") throw std::runtime_error("a bug");
    Response response(200, "text/plain", request.method + " " + request.target);
    if (request.path() == "/echo") {
      auto body = co_await read_all(request.body.get(), 1 << 20);
      if (!body) ++self->broken_bodies;
      response.chunks = {body ? *body : Bytes::of_static("broken")};
    }
    if (request.path() == "/watch" || request.path() == "/flood") {
      response.chunks.clear();
      response.stream = std::make_unique<EndlessStream>(self->open, self->pulled, request.path() == "/watch");
    }
    co_return response;
  }
};

bool eventually(auto&& holds) {
  for (int tries = 0; tries < 500 && !holds(); ++tries) std::this_thread::sleep_for(10ms);
  return holds();
}

class ServerTest : public ::testing::Test {
 protected:
  void start(Limits limits = {}) {
    ServerOptions options;
    options.bind_address = "127.0.0.1";
    options.threads = 1;
    options.limits = limits;
    server_ = *Server::start(std::move(options), handler_);
  }
  std::uint16_t port() const { return server_->port(); }
  std::string ask(std::string_view text) {
    Peer peer(port());
    peer.write(text);
    return peer.read_to_end();
  }
  TestHandler handler_;
  std::unique_ptr<Server> server_;
};

TEST_F(ServerTest, KeepsTheConnectionAndAnswersInOrder) {
  start();
  Peer peer(port());
  peer.write("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n");
  std::string first = peer.read_until("GET /1");
  EXPECT_THAT(first, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(first, HasSubstr("Content-Length: 6\r\n"));
  EXPECT_THAT(first, HasSubstr("Date: "));
  EXPECT_THAT(peer.read_until("GET /2"), EndsWith("GET /2"));
  peer.write("GET /3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(peer.read_to_end(), HasSubstr("Connection: close\r\n"));
}

TEST_F(ServerTest, TakesRequestsTornAtEveryByte) {
  start();
  const std::string text = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody";
  Peer peer(port());
  for (std::size_t at = 1; at < text.size(); ++at) {
    peer.write(std::string_view(text).substr(0, at));
    std::this_thread::sleep_for(200us);
    peer.write(std::string_view(text).substr(at));
    ASSERT_THAT(peer.read_until("\r\n\r\nbody"), EndsWith("body")) << at;
  }
}

TEST_F(ServerTest, TakesChunkedBodiesAndContinues) {
  start();
  Peer peer(port());
  peer.write("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(peer.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  peer.write("3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n");
  EXPECT_THAT(peer.read_until("abcdef"), EndsWith("abcdef"));
}

TEST_F(ServerTest, AnswersHeadWithoutABody) {
  start();
  EXPECT_THAT(ask("HEAD /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
              ::testing::AllOf(HasSubstr("Content-Length: 7\r\n"), EndsWith("\r\n\r\n")));
}

TEST_F(ServerTest, RefusesWhatIsMalformed) {
  start();
  EXPECT_EQ(
      ask("GET / HTTP/1.1\r\n\r\n"),
      "HTTP/1.1 400 Bad Request: missing required Host header\r\nContent-Type: text/plain; charset=utf-8\r\n"
      "Connection: close\r\n\r\n400 Bad Request: missing required Host header");
  EXPECT_THAT(ask("\x16\x03\x01 garbage\r\n\r\n"), StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_THAT(ask("GET / HTTP/3.0\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 505 "));
  EXPECT_THAT(ask("PUT / HTTP/1.1\r\nHost: x\r\nExpect: more\r\nContent-Length: 1\r\n\r\n"),
              StartsWith("HTTP/1.1 417 "));
}

TEST_F(ServerTest, RefusesHeadsThatAreTooLong) {
  start({.header_bytes = 1000});
  EXPECT_THAT(ask("GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(200000, 'a') + "\r\n\r\n"),
              StartsWith("HTTP/1.1 431 Request Header Fields Too Large\r\n"));
}

TEST_F(ServerTest, ClosesSlowAndIdleConnections) {
  start({.header_timeout = 100ms, .idle_timeout = 100ms});
  EXPECT_EQ(ask("GET / HT"), "");
  EXPECT_EQ(ask(""), "");
  EXPECT_THAT(ask("GET /a HTTP/1.1\r\nHost: x\r\n\r\n"), EndsWith("GET /a"));
}

TEST_F(ServerTest, AnswersWhatAHandlerThrows) {
  start();
  EXPECT_THAT(ask("GET /throw HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 500 "));
}

TEST_F(ServerTest, AnswersWhoHasClosedItsSide) {
  start();
  Peer peer(port());
  peer.write("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  peer.end_output();
  EXPECT_THAT(peer.read_to_end(), EndsWith("GET /a"));
}

TEST_F(ServerTest, TellsTheHandlerThatABodyBroke) {
  start();
  {
    Peer peer(port());
    peer.write("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\npart");
    std::this_thread::sleep_for(20ms);
    peer.reset();
  }
  EXPECT_TRUE(eventually([&] { return handler_.broken_bodies == 1 && server_->connections() == 0; }));
}

TEST_F(ServerTest, EndsStreamsOfClientsThatWentAway) {
  start();
  Peer gone(port()), torn(port());
  for (Peer* peer : {&gone, &torn}) {
    peer->write("GET /watch HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(peer->read_until("eeeee\r\n"), HasSubstr("Transfer-Encoding: chunked"));
  }
  EXPECT_EQ(handler_.open, 2);
  gone.close();
  torn.reset();
  EXPECT_TRUE(eventually([&] { return handler_.open == 0 && server_->connections() == 0; }));
}

TEST_F(ServerTest, PullsNoMoreThanIsRead) {
  start();
  Peer peer(port());
  peer.write("GET /flood HTTP/1.1\r\nHost: x\r\n\r\n");
  peer.read_until("\r\n\r\n");
  std::this_thread::sleep_for(300ms);
  std::size_t before = handler_.pulled;
  std::this_thread::sleep_for(200ms);
  EXPECT_EQ(handler_.pulled, before);
  EXPECT_LT(before, std::size_t{16} << 20);
  // One who reads nothing holds nobody up.
  EXPECT_THAT(ask("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), EndsWith("GET /a"));
}

TEST_F(ServerTest, DrainsStreamsAtShutdown) {
  start();
  Peer watcher(port()), idle(port());
  watcher.write("GET /watch HTTP/1.1\r\nHost: x\r\n\r\n");
  watcher.read_until("eeeee\r\n");
  server_->begin_shutdown(100ms);
  EXPECT_EQ(watcher.read_to_end(), "0\r\n\r\n");
  EXPECT_EQ(idle.read_to_end(), "");
  EXPECT_TRUE(server_->wait_until_closed(5s));
}

}  // namespace
}  // namespace pedalion::http
