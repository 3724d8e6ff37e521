// Requests that ask for another protocol, against servers that switch to it and servers that do not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "pedalion/http/client/test_support.h"
#include "pedalion/http/server.h"
#include "pedalion/http/tls/certificates.h"
#include "pedalion/http/tls/server_context.h"

namespace pedalion::http::client {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using ::testing::HasSubstr;
using testing::make_request;
using ::testing::Not;
using testing::ScriptedPeer;
using testing::ScriptedServer;
using testing::TestClient;

constexpr std::string_view kSwitching =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

ClientOptions options_for(const ScriptedServer& server) {
  ClientOptions options;
  options.host = "127.0.0.1";
  options.port = server.port();
  options.use_tls = false;
  return options;
}

Request upgrade(std::unique_ptr<BodyReader> body = nullptr) {
  auto request = make_request("GET", "/exec", std::move(body));
  request.headers.add("connection", "Upgrade");
  request.headers.add("upgrade", "websocket");
  return request;
}

std::string read_to_end(TestClient& client, ClientResponse& response) {
  std::string all;
  while (true) {
    auto piece = client.read(*response.body);
    if (!piece) return all + "<" + piece.error().message + ">";
    if (piece->empty()) return all;
    all += piece->view();
  }
}

TEST(Upgrade, CarriesBytesBothWaysAsTheyAre) {
  std::string head, sent;
  ScriptedServer server([&](ScriptedPeer& peer, int) {
    head = peer.read_until("\r\n\r\n");
    peer.write(std::string(kSwitching) + "0\r\n\r\nfirst");  // nothing of this is framing
    sent = peer.read_count(300000);
    peer.write("HTTP/1.1 200 OK\r\n\r\n");
  });
  TestClient client(options_for(server));
  auto response = client.open(upgrade(body_of(Bytes(std::string(300000, 'u')))));
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 101);
  EXPECT_EQ(response->headers.get("upgrade"), "websocket");
  EXPECT_EQ(read_to_end(client, *response), "0\r\n\r\nfirstHTTP/1.1 200 OK\r\n\r\n");
  client.drop(std::move(response->body));
  EXPECT_THAT(head, HasSubstr("\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("content-length")));
  EXPECT_THAT(head, Not(HasSubstr("transfer-encoding")));
  EXPECT_EQ(sent, std::string(300000, 'u'));
}

TEST(Upgrade, TakesAnyOtherAnswerAsItIs) {
  class Untouched final : public BodyReader {
   public:
    Task<Result<Bytes>> read() override {
      ADD_FAILURE() << "read without a 101";
      co_return Bytes();
    }
  };
  std::atomic<std::size_t> after = 0;
  ScriptedServer server([&](ScriptedPeer& peer, int) {
    peer.read_until("\r\n\r\n");
    peer.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
    after += peer.read_to_end();
  });
  TestClient client(options_for(server));
  auto answer = client.send(upgrade(std::make_unique<Untouched>()));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 403);
  EXPECT_EQ(answer->body, "no");
  client.close();
  EXPECT_EQ(after, 0u);
}

TEST(Upgrade, ClosesWhenTheBodyIsDroppedAndLeavesOtherConnectionsAlone) {
  std::promise<std::size_t> ended;
  ScriptedServer server([&](ScriptedPeer& peer, int) {
    auto head = peer.read_until("\r\n\r\n");
    if (head.contains("upgrade")) {
      peer.write(kSwitching);
      ended.set_value(peer.read_to_end());
    } else {
      peer.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
      peer.read_to_end();
    }
  });
  auto options = options_for(server);
  options.connections = 1;
  TestClient client(options);
  auto response = client.open(upgrade());
  ASSERT_TRUE(response);
  EXPECT_TRUE(client.get("/"));  // the one that switched does not count
  client.drop(std::move(response->body));
  EXPECT_EQ(ended.get_future().wait_for(2s), std::future_status::ready);
  EXPECT_EQ(server.accepted(), 2);
}

TEST(Upgrade, FailsWhenTheClientEnds) {
  ScriptedServer server([&](ScriptedPeer& peer, int) {
    peer.read_until("\r\n\r\n");
    peer.write(kSwitching);
    peer.read_to_end();
  });
  TestClient client(options_for(server));
  auto response = client.open(upgrade());
  ASSERT_TRUE(response);
  client.close();
  EXPECT_FALSE(client.read(*response->body));
  client.drop(std::move(response->body));
}

TEST(Upgrade, IsRefusedBeforeASwitchThatNobodyAskedFor) {
  ScriptedServer server([&](ScriptedPeer& peer, int) {
    peer.read_until("\r\n\r\n");
    peer.write(kSwitching);
  });
  TestClient client(options_for(server));
  auto answer = client.get("/");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, 502);
}

TEST(Upgrade, GoesByConnectThroughAProxy) {
  std::string asked;
  ScriptedServer server([&](ScriptedPeer& peer, int) {
    peer.read_until("\r\n\r\n");
    peer.write(std::string(kSwitching) + "through");
  });
  ScriptedServer proxy([&](ScriptedPeer& peer, int) {
    asked = peer.read_until("\r\n\r\n");
    peer.write("HTTP/1.1 200 Connection established\r\n\r\n");
    peer.relay(server.port());
  });
  auto options = options_for(server);
  options.host = "server.example";
  options.port = 80;
  options.proxy = ClientProxy{ClientProxy::Kind::kHttp, "127.0.0.1", proxy.port(), "", ""};
  TestClient client(options);
  auto response = client.open(upgrade());
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(read_to_end(client, *response), "through");
  client.drop(std::move(response->body));
  EXPECT_THAT(asked, HasSubstr("CONNECT server.example:80 HTTP/1.1\r\n"));
}

class Refusing final : public Handler {
 public:
  Task<Response> handle(Request request) override {
    co_return Response(501, "text/plain", request.version == Version::kHttp11 ? "1.1" : "2");
  }
};

TEST(Upgrade, OffersOnlyHttp11OfATlsServerThatSpeaksBoth) {
  char pattern[] = "/tmp/pedalion-upgrade-test-XXXXXX";
  const std::string directory = ::mkdtemp(pattern);
  auto authority = tls::make_authority("test authority", 24h).value();
  auto pair =
      tls::sign(authority, {.common_name = "s", .dns_names = {"server.example"}, .server = true}).value();
  ASSERT_TRUE(tls::write_file(directory + "/crt", pair.certificate, false));
  ASSERT_TRUE(tls::write_file(directory + "/key", pair.key, true));
  tls::ServerContextOptions context;
  context.default_certificate = {directory + "/crt", directory + "/key", {}};
  Refusing handler;
  auto server = Server::start({.bind_address = "127.0.0.1",
                               .threads = 1,
                               .tls = tls::ServerContext::create(std::move(context)).value()},
                              handler)
                    .value();
  ClientOptions options;
  options.host = "127.0.0.1";
  options.port = server->port();
  options.tls.authority_pem = authority.certificate;
  options.tls.server_name = "server.example";
  TestClient client(options);
  EXPECT_EQ(client.get("/")->body, "2");
  auto answer = client.send(upgrade());
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 501);
  EXPECT_EQ(answer->body, "1.1");
  EXPECT_EQ(client.get("/")->body, "2");
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace pedalion::http::client
