// The client by way of a proxy, to the project's own server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "pedalion/http/client.h"
#include "pedalion/http/client/test_support.h"
#include "pedalion/http/server.h"
#include "pedalion/http/tls/certificates.h"
#include "pedalion/http/tls/server_context.h"

namespace pedalion::http::client {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""ms;
using ::testing::HasSubstr;
using testing::ScriptedPeer;
using testing::ScriptedServer;
using testing::TestClient;
using Kind = ClientProxy::Kind;

class Hello final : public Handler {
 public:
  Task<Response> handle(Request) override { co_return Response(200, "text/plain", "hello"); }
};

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
