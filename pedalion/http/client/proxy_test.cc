// The client by way of a proxy, to the project's own server.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include "pedalion/http/client.h"
#include "pedalion/http/client/test_support.h"
#include "pedalion/http/server.h"
#include "pedalion/http/tls/certificates.h"
#include "pedalion/http/tls/openssl_internal.h"
#include "pedalion/http/tls/server_context.h"

namespace pedalion::http::client {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""ms;
using ::testing::HasSubstr;
using testing::make_request;
using testing::ScriptedPeer;
using testing::ScriptedServer;
using testing::TestClient;
using Kind = ClientProxy::Kind;

constexpr std::size_t kBig = 3 << 20;

// Says hello, or much; of a body that is sent how long it is.
class Hello final : public Handler {
 public:
  Task<Response> handle(Request request) override {
    if (request.path() == "/big") co_return Response(200, "text/plain", std::string(kBig, 'b'));
    auto body = co_await read_all(request.body.get(), 100 << 20);
    auto size = body ? body->size() : 0;
    co_return Response(200, "text/plain", size == 0 ? "hello" : std::to_string(size));
  }
};

// Takes TLS off: what is in it goes to a port of 127.0.0.1, and what comes from there goes back in it.
void take_tls_off(int outside, const tls::KeyPair& own, std::uint16_t port) {
  // OpenSSL writes with write(), and the client may have gone. This thread's signal only.
  sigset_t broken_pipe;
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
  tls::ContextPtr context(SSL_CTX_new(TLS_server_method()));
  auto certificates = tls::parse_certificates(own.certificate);
  auto key = tls::parse_key(own.key);
  SSL_CTX_use_certificate(context.get(), certificates.at(0).get());
  SSL_CTX_use_PrivateKey(context.get(), key.get());
  std::unique_ptr<SSL, tls::Freed<SSL_free>> ssl(SSL_new(context.get()));
  SSL_set_fd(ssl.get(), outside);
  if (SSL_accept(ssl.get()) != 1) return;
  const int inside = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  bool open = ::connect(inside, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  std::array<char, 65536> piece;
  while (open) {
    std::array<pollfd, 2> ends{pollfd{outside, POLLIN, 0}, pollfd{inside, POLLIN, 0}};
    const bool pending = SSL_pending(ssl.get()) > 0;
    if (::poll(ends.data(), ends.size(), pending ? 0 : 5000) <= 0 && !pending) break;
    if (pending || ends[0].revents != 0) {
      const int count = SSL_read(ssl.get(), piece.data(), piece.size());
      open =
          count > 0 && ::send(inside, piece.data(), static_cast<std::size_t>(count), MSG_NOSIGNAL) == count;
    }
    if (open && ends[1].revents != 0) {
      const auto count = ::recv(inside, piece.data(), piece.size(), 0);
      open = count > 0 && SSL_write(ssl.get(), piece.data(), static_cast<int>(count)) == count;
    }
  }
  ::close(inside);
}

class Proxy : public ::testing::Test {
 protected:
  Proxy() {
    char pattern[] = "/tmp/pedalion-proxy-test-XXXXXX";
    directory_ = ::mkdtemp(pattern);
    authority_ = tls::make_authority("test authority", 24h).value();
    auto pair =
        tls::sign(authority_, {.common_name = "s", .dns_names = {"server.example"}, .server = true}).value();
    EXPECT_TRUE(tls::write_file(directory_ + "/crt", pair.certificate, false));
    EXPECT_TRUE(tls::write_file(directory_ + "/key", pair.key, true));
    tls::ServerContextOptions context;
    context.default_certificate = {directory_ + "/crt", directory_ + "/key", {}};
    server_ = Server::start({.bind_address = "127.0.0.1",
                             .threads = 1,
                             .tls = tls::ServerContext::create(std::move(context)).value()},
                            handler_)
                  .value();
  }
  ~Proxy() override { std::filesystem::remove_all(directory_); }

  // The server's name is known to the proxy alone.
  ClientOptions options(Kind kind, std::uint16_t proxy_port) const {
    ClientOptions options;
    options.host = "server.example";
    options.port = 443;
    options.tls.authority_pem = authority_.certificate;
    options.proxy = ClientProxy{kind, "127.0.0.1", proxy_port, "user", "pass"};
    return options;
  }

  std::string directory_;
  tls::KeyPair authority_;
  Hello handler_;
  std::unique_ptr<Server> server_;
};

TEST_F(Proxy, Connect) {
  std::string asked;
  ScriptedServer proxy([&](ScriptedPeer& peer, int) {
    asked = peer.read_until("\r\n\r\n");
    peer.write("HTTP/1.1 200 Connection established\r\n\r\n");
    peer.relay(server_->port());
  });
  {
    TestClient client(options(Kind::kHttp, proxy.port()));
    auto answer = client.get("/");
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->body, "hello");
    EXPECT_EQ(answer->version, Version::kHttp2);
  }
  EXPECT_EQ(asked,
            "CONNECT server.example:443 HTTP/1.1\r\nHost: server.example:443\r\n"
            "Proxy-Authorization: Basic dXNlcjpwYXNz\r\n\r\n");
}

TEST_F(Proxy, Socks) {
  ScriptedServer proxy([&](ScriptedPeer& peer, int) {
    peer.read_count(4);
    peer.write(std::string("\x05\x02", 2));
    peer.read_count(11);
    peer.write(std::string("\x01\x00", 2));
    EXPECT_EQ(peer.read_count(21), std::string("\x05\x01\x00\x03\x0eserver.example\x01\xbb", 21));
    peer.write(std::string("\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00", 10));
    peer.relay(server_->port());
  });
  TestClient client(options(Kind::kSocks5, proxy.port()));
  auto answer = client.get("/");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "hello");
}

TEST_F(Proxy, TlsToTheProxyToo) {
  ScriptedServer proxy([&](ScriptedPeer& peer, int) {
    EXPECT_THAT(peer.read_until("\r\n\r\n"), ::testing::StartsWith("CONNECT server.example:443 "));
    peer.write("HTTP/1.1 200 Connection established\r\n\r\n");
    peer.relay(server_->port());
  });
  auto own =
      tls::sign(authority_, {.common_name = "p", .ip_addresses = {"127.0.0.1"}, .server = true}).value();
  ScriptedServer outside(
      [&](ScriptedPeer& peer, int) { take_tls_off(peer.descriptor(), own, proxy.port()); });
  auto by_tls = options(Kind::kHttp, outside.port());
  by_tls.proxy->use_tls = true;
  {
    TestClient client(by_tls);
    for (int i = 0; i < 3; ++i) {
      auto answer = client.get("/big");
      ASSERT_TRUE(answer) << answer.error().message;
      EXPECT_EQ(answer->body.size(), kBig);
      EXPECT_EQ(answer->version, Version::kHttp2);
      auto sent = client.send(make_request("POST", "/", body_of(Bytes(std::string(kBig, 'y')))));
      ASSERT_TRUE(sent) << sent.error().message;
      EXPECT_EQ(sent->body, std::to_string(kBig));
    }
  }
  by_tls.tls.authority_pem = tls::make_authority("other", 24h).value().certificate;
  TestClient distrustful(by_tls);
  EXPECT_THAT(distrustful.get("/").error().message,
              HasSubstr("handshake with 127.0.0.1:" + std::to_string(outside.port()) + ": TLS: "));
}

TEST_F(Proxy, WholeUrlsInTheClear) {
  std::string asked;
  ScriptedServer proxy([&](ScriptedPeer& peer, int) {
    asked = peer.read_until("\r\n\r\n");
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    peer.read_to_end();
  });
  {
    auto clear = options(Kind::kHttp, proxy.port());
    clear.use_tls = false;
    clear.port = 8080;
    TestClient client(clear);
    auto answer = client.get("/path?x=1");
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->body, "hi");
  }
  EXPECT_THAT(asked, ::testing::StartsWith("GET http://server.example:8080/path?x=1 HTTP/1.1\r\n"));
  EXPECT_THAT(asked, HasSubstr("server.example:8080\r\n"));
  EXPECT_THAT(asked, HasSubstr("roxy-authorization: Basic dXNlcjpwYXNz\r\n"));
}

TEST_F(Proxy, SaysThatTheProxyIsToBlame) {
  std::uint16_t port = 0;
  {
    ScriptedServer proxy([&](ScriptedPeer& peer, int connection) {
      peer.read_until("\r\n\r\n");
      if (connection == 0)
        peer.write("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
    });
    port = proxy.port();
    TestClient client(options(Kind::kHttp, port));
    const auto where = "proxy 127.0.0.1:" + std::to_string(port) + ": CONNECT server.example:443: ";
    EXPECT_EQ(client.get("/").error().message, where + "the proxy answered 407");
    EXPECT_EQ(client.get("/").error().message, where + "the proxy closed the connection");
  }
  TestClient client(options(Kind::kHttp, port));
  EXPECT_THAT(client.get("/").error().message, HasSubstr("proxyconnect tcp: dial tcp 127.0.0.1:"));
}

TEST_F(Proxy, SilentProxiesAreGivenUp) {
  ScriptedServer proxy([&](ScriptedPeer& peer, int) { peer.read_to_end(); });
  auto hasty = options(Kind::kSocks5, proxy.port());
  hasty.handshake_timeout = 100ms;
  TestClient client(hasty);
  auto answer = client.get("/");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, 504);
  EXPECT_EQ(answer.error().message, "proxy 127.0.0.1:" + std::to_string(proxy.port()) + ": timeout");
}

}  // namespace
}  // namespace pedalion::http::client
