#include "pedalion/client/streaming/port_forward.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pedalion/client/streaming/test_peer.h"

namespace pedalion::client::streaming {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kV4 = "v4.channel.k8s.io";
constexpr std::string_view kPort = "\x90\x1f";  // 8080, little-endian

/// Writes `in`, as far as it is taken, then reads to the end.
struct Talk {
  static Task<Result<std::string>> run(rest::RestClient* client, std::string in) {
    CO_TRY(auto connection, co_await PortConnection::open(*client, "default", "web", 8080));
    (void)co_await connection->write(Bytes(in));
    std::string out;
    while (true) {
      CO_TRY(auto piece, co_await connection->read());
      if (piece.empty()) co_return out;
      out += piece.view();
    }
  }
};

Result<std::string> talk(std::function<void(TestPeer&)> script, std::string in = "in") {
  TestServer server(std::move(script));
  return server.await([&] { return Talk::run(&server.client(), in); });
}

TEST(PortForward, CarriesBytesBothWays) {
  std::string head, in;
  auto out = talk(
      [&](TestPeer& peer) {
        head = peer.accept(kV4);
        peer.send(0, kPort);
        peer.send(1, kPort.substr(0, 1));
        peer.send(1, kPort.substr(1));
        while (in.size() < 100000) {
          auto frame = peer.receive();
          if (frame.opcode != 2) break;
          EXPECT_EQ(frame.payload[0], 0);
          in += frame.payload.substr(1);
        }
        peer.send(0, "out");
        peer.send(0, std::string(70000, 'y'));
        peer.close();
      },
      std::string(100000, 'x'));
  ASSERT_TRUE(out) << out.error().message;
  EXPECT_EQ(*out, "out" + std::string(70000, 'y'));
  EXPECT_EQ(in, std::string(100000, 'x'));
  EXPECT_THAT(head, HasSubstr("GET /api/v1/namespaces/default/pods/web/portforward?ports=8080 HTTP/1.1\r\n"));
}

TEST(PortForward, FailsWithWhatTheNodeSays) {
  auto out = talk([](TestPeer& peer) {
    peer.accept(kV4);
    peer.send(0, kPort);
    peer.send(1, kPort);
    peer.send(1, "connection refused");
    peer.close();
  });
  EXPECT_EQ(out.error().message, "error forwarding port 8080: connection refused");
}

TEST(PortForward, FailsOnWhatIsNoAnswerToIt) {
  auto after = [](std::string frame, std::string_view preamble = kPort) {
    auto out = talk([&](TestPeer& peer) {
      peer.accept(kV4);
      peer.send(0, preamble);
      if (!frame.empty()) peer.send(frame);
    });
    return out ? "it ended well with " + *out : out.error().message;
  };
  EXPECT_THAT(after("", "\x91\x1f"), HasSubstr("forwards port 8081"));
  EXPECT_THAT(after("\x02x"), HasSubstr("channel 2"));
  EXPECT_THAT(after(""), HasSubstr("without a close frame"));
  auto refused = talk([](TestPeer& peer) {
    peer.read_head();
    peer.write("HTTP/1.1 501 Not Implemented\r\nContent-Length: 0\r\n\r\n");
  });
  EXPECT_EQ(refused.error().code, 501);
}

TEST(PortForward, SaysGoodbye) {
  std::string last;
  TestServer server([&](TestPeer& peer) {
    peer.accept(kV4);
    auto frame = peer.receive();
    last = frame.payload;
    EXPECT_EQ(frame.opcode, 8u);
    peer.close();
  });
  struct Close {
    static Task<bool> run(rest::RestClient* client) {
      auto connection = co_await PortConnection::open(*client, "default", "web", 8080);
      if (!connection) co_return false;
      co_await (*connection)->close();
      auto written = co_await (*connection)->write(Bytes::of_static("late"));
      co_return !written.has_value();
    }
  };
  EXPECT_TRUE(server.await([&] { return Close::run(&server.client()); }));
  EXPECT_EQ(last, "\x03\xe8");
}

}  // namespace
}  // namespace pedalion::client::streaming
