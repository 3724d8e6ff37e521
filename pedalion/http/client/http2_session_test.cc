// The client against servers that speak HTTP/2 well and badly, in the clear: frames made by hand.
#include <gtest/gtest.h>

#include "pedalion/http/client/test_support.h"

namespace pedalion::http::client {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using testing::make_request;
using testing::run_on;
using testing::ScriptedPeer;
using testing::ScriptedServer;
using testing::TestClient;

enum FrameType : unsigned char {
  kData = 0,
  kHeaders = 1,
  kReset = 3,
  kSettings = 4,
  kPush = 5,
  kPing = 6,
  kGoAway = 7,
  kWindowUpdate = 8,
  kContinuation = 9
};
constexpr unsigned char kEndStream = 1, kAck = 1, kEndHeaders = 4;

struct Frame {
  unsigned char type = 0, flags = 0;
  std::uint32_t stream = 0;
  std::string payload;
};

std::string number(std::uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
          static_cast<char>(value)};
}

std::string frame(unsigned char type, unsigned char flags, std::uint32_t stream,
                  const std::string& payload = {}) {
  return number(static_cast<std::uint32_t>(payload.size())).substr(1) + static_cast<char>(type) +
         static_cast<char>(flags) + number(stream) + payload;
}

std::string settings(std::uint32_t streams = 100) {
  return frame(kSettings, 0, 0, std::string("\0\3", 2) + number(streams));
}
const std::string kOk = "\x88";  // HPACK of :status: 200

// A literal field, neither indexed nor compressed.
std::string field(const std::string& name, const std::string& value) {
  return std::string(1, '\0') + static_cast<char>(name.size()) + name + static_cast<char>(value.size()) +
         value;
}

// Reads the preface, answers with settings.
void greet(ScriptedPeer& peer, std::uint32_t streams = 100) {
  peer.read_count(24);
  peer.write(settings(streams) + frame(kSettings, kAck, 0));
}

Frame read_frame(ScriptedPeer& peer) {
  auto head = peer.read_count(9);
  if (head.size() < 9) return {0xff, 0, 0, {}};
  auto at = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(head[i])); };
  Frame frame{static_cast<unsigned char>(head[3]),
              static_cast<unsigned char>(head[4]),
              (at(5) << 24 | at(6) << 16 | at(7) << 8 | at(8)),
              {}};
  frame.payload = peer.read_count(at(0) << 16 | at(1) << 8 | at(2));
  return frame;
}

// The next frame of that type; type 0xff when the client has closed.
Frame read_until(ScriptedPeer& peer, unsigned char type) {
  while (true) {
    auto next = read_frame(peer);
    if (next.type == type || next.type == 0xff) return next;
  }
}

ClientOptions options_for(const ScriptedServer& server) {
  ClientOptions options;
  options.host = "127.0.0.1";
  options.port = server.port();
  options.use_tls = false;
  options.protocol = ClientOptions::Protocol::kHttp2;
  return options;
}

TEST(Http2Client, AsksAndIsAnswered) {
  ScriptedServer server([](ScriptedPeer& peer, int) {
    greet(peer);
    auto request = read_until(peer, kHeaders);
    EXPECT_EQ(request.flags & kEndStream, kEndStream);
    peer.write(frame(kHeaders, kEndHeaders, request.stream, field(":status", "103") + field("link", "x")));
    peer.write(frame(kHeaders, kEndHeaders, request.stream, kOk + field("content-type", "text/plain")));
    peer.write(frame(kData, 0, request.stream, "hel") + frame(kData, 0, request.stream, "lo"));
    peer.write(frame(kHeaders, kEndHeaders | kEndStream, request.stream, field("trailer", "x")));
    peer.read_to_end();
  });
  TestClient client(options_for(server));
  auto answer = client.get("/");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->version, Version::kHttp2);
  EXPECT_EQ(answer->body, "hello");
  EXPECT_EQ(answer->headers.get("content-type"), "text/plain");
  EXPECT_FALSE(answer->headers.has("link"));
  EXPECT_FALSE(answer->headers.has("trailer"));
  client.close();
}

TEST(Http2Client, HoldsTheServersLimitOfStreams) {
  ScriptedServer server([](ScriptedPeer& peer, int) {
    greet(peer, 1);
    while (true) {
      auto request = read_until(peer, kHeaders);
      if (request.type == 0xff) return;
      peer.write(frame(kHeaders, kEndHeaders | kEndStream, request.stream, kOk));
    }
  });
  auto options = options_for(server);
  options.connections = 3;
  TestClient client(options);
  std::atomic<int> answered = 0;
  run_on(client.loop(), [&] {
    for (int i = 0; i < 50; ++i) {
      spawn(client.client().send(make_request("GET", "/")), [&](Result<ClientResponse> response) {
        EXPECT_TRUE(response) << response.error().message;
        ++answered;
      });
    }
  });
  for (int i = 0; i < 200 && answered < 50; ++i) std::this_thread::sleep_for(10ms);
  EXPECT_EQ(answered, 50);
  EXPECT_LE(server.accepted(), 3);
}

TEST(Http2Client, MovesToAnotherConnectionAfterGoAway) {
  ScriptedServer server([](ScriptedPeer& peer, int connection) {
    greet(peer);
    auto request = read_until(peer, kHeaders);
    if (connection == 0) {
      // The first is taken, and answered after the second has been asked for: it was not taken.
      peer.write(frame(kGoAway, 0, 0, number(request.stream) + number(0)));
      std::this_thread::sleep_for(100ms);
    }
    peer.write(frame(kHeaders, kEndHeaders, request.stream, kOk));
    peer.write(frame(kData, kEndStream, request.stream, connection == 0 ? "first" : "second"));
    peer.read_to_end();
  });
  TestClient client(options_for(server));
  auto first = std::async(std::launch::async, [&] { return client.get("/"); });
  std::this_thread::sleep_for(50ms);
  auto second = client.get("/");
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(second->body, "second");
  EXPECT_EQ(first.get()->body, "first");
  client.close();
}

TEST(Http2Client, SendsRefusedStreamsAgain) {
  ScriptedServer server([](ScriptedPeer& peer, int) {
    greet(peer);
    auto request = read_until(peer, kHeaders);
    peer.write(frame(kReset, 0, request.stream, number(7)));  // REFUSED_STREAM
    request = read_until(peer, kHeaders);
    peer.write(frame(kHeaders, kEndHeaders | kEndStream, request.stream, kOk));
    peer.read_to_end();
  });
  TestClient client(options_for(server));
  auto answer = client.get("/");
  ASSERT_TRUE(answer) << answer.error().message;
  client.close();
}

TEST(Http2Client, PingsASilentConnectionAndGivesItUp) {
  ScriptedServer server([](ScriptedPeer& peer, int) {
    greet(peer);
    auto request = read_until(peer, kHeaders);
    peer.write(frame(kHeaders, kEndHeaders, request.stream, kOk));
    auto ping = read_until(peer, kPing);
    peer.write(frame(kPing, kAck, 0, ping.payload));
    EXPECT_EQ(read_until(peer, kPing).type, kPing);  // and answers this one no more
    peer.read_to_end();
  });
  auto options = options_for(server);
  options.ping_after = 30ms;
  options.ping_timeout = 100ms;
  TestClient client(options);
  auto response = client.open(make_request("GET", "/watch"));
  ASSERT_TRUE(response);
  auto piece = client.read(*response->body);
  ASSERT_FALSE(piece);
  EXPECT_EQ(piece.error().code, 504);
  client.drop(std::move(response->body));
}

TEST(Http2Client, ResetsTheStreamWhenTheBodyIsDropped) {
  std::promise<Frame> reset;
  ScriptedServer server([&](ScriptedPeer& peer, int) {
    greet(peer);
    auto request = read_until(peer, kHeaders);
    peer.write(frame(kHeaders, kEndHeaders, request.stream, kOk) + frame(kData, 0, request.stream, "a"));
    reset.set_value(read_until(peer, kReset));
    request = read_until(peer, kHeaders);
    peer.write(frame(kHeaders, kEndHeaders | kEndStream, request.stream, kOk));
    peer.read_to_end();
  });
  TestClient client(options_for(server));
  auto response = client.open(make_request("GET", "/watch"));
  ASSERT_TRUE(response);
  EXPECT_EQ(client.read(*response->body)->view(), "a");
  client.drop(std::move(response->body));
  auto seen = reset.get_future().get();
  EXPECT_EQ(seen.type, kReset);
  EXPECT_EQ(seen.payload, number(8));  // CANCEL
  EXPECT_TRUE(client.get("/"));
  EXPECT_EQ(server.accepted(), 1);
  client.close();
}

TEST(Http2Client, GivesNoMoreWindowThanTheCallerTakes) {
  std::promise<std::uint32_t> window;
  std::promise<void> taken;
  ScriptedServer server([&](ScriptedPeer& peer, int) {
    peer.read_count(24);
    auto first = read_until(peer, kSettings);
    std::uint32_t initial = 65535;
    for (std::size_t at = 0; at + 6 <= first.payload.size(); at += 6) {
      auto byte = [&](std::size_t i) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(first.payload[at + i]));
      };
      if (byte(0) == 0 && byte(1) == 4) initial = byte(2) << 24 | byte(3) << 16 | byte(4) << 8 | byte(5);
    }
    peer.write(settings() + frame(kSettings, kAck, 0));
    auto request = read_until(peer, kHeaders);
    peer.write(frame(kHeaders, kEndHeaders, request.stream, kOk));
    for (std::uint32_t sent = 0; sent + 16384 <= initial; sent += 16384) {
      peer.write(frame(kData, 0, request.stream, std::string(16384, 'x')));
    }
    window.set_value(initial);
    // Window comes back for this stream only when the caller reads.
    auto update = read_until(peer, kWindowUpdate);
    while (update.stream == 0) update = read_until(peer, kWindowUpdate);
    EXPECT_EQ(taken.get_future().wait_for(0s), std::future_status::ready);
    EXPECT_EQ(update.stream, request.stream);
    peer.write(frame(kData, kEndStream, request.stream));
    peer.read_to_end();
  });
  TestClient client(options_for(server));
  auto response = client.open(make_request("GET", "/"));
  ASSERT_TRUE(response);
  auto initial = window.get_future().get();
  EXPECT_LE(initial, 4u << 20);
  std::this_thread::sleep_for(100ms);
  taken.set_value();
  std::size_t total = 0;
  while (true) {
    auto piece = client.read(*response->body);
    ASSERT_TRUE(piece) << piece.error().message;
    if (piece->empty()) break;
    total += piece->size();
  }
  EXPECT_EQ(total, initial / 16384 * 16384);
  client.drop(std::move(response->body));
  client.close();
}

TEST(Http2Client, SendsBodiesAsFarAsTheWindowAllows) {
  std::promise<std::size_t> held;
  ScriptedServer server([&](ScriptedPeer& peer, int) {
    greet(peer);
    auto request = read_until(peer, kHeaders);
    std::size_t total = 0;
    while (total < 65535) total += read_until(peer, kData).payload.size();
    held.set_value(total);
    peer.write(frame(kWindowUpdate, 0, 0, number(1 << 20)) +
               frame(kWindowUpdate, 0, request.stream, number(1 << 20)));
    while (true) {
      auto data = read_until(peer, kData);
      total += data.payload.size();
      if ((data.flags & kEndStream) != 0 || data.type == 0xff) break;
    }
    EXPECT_EQ(total, 500000u);
    peer.write(frame(kHeaders, kEndHeaders | kEndStream, request.stream, kOk));
    peer.read_to_end();
  });
  TestClient client(options_for(server));
  auto answer = client.send(make_request("POST", "/", body_of(Bytes(std::string(500000, 'x')))));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(held.get_future().get(), 65535u);
  client.close();
}

TEST(Http2Client, SurvivesHostileFrames) {
  const std::string ok = frame(kHeaders, kEndHeaders, 1, kOk);
  std::string many_fields = kOk;
  for (int i = 0; i < 2000; ++i) many_fields += field("a", "b");
  std::string in_continuations = frame(kHeaders, 0, 1, many_fields.substr(0, 10000));
  const std::vector<std::string> texts = {
      std::string("HTTP/1.1 400 Bad Request\r\n\r\n"),
      frame(kHeaders, kEndHeaders, 1, "\xff\xff\xff\xff\xff\xff"),
      frame(kHeaders, kEndHeaders, 2, kOk),
      frame(kPush, kEndHeaders, 1, number(2) + kOk),
      ok + frame(kData, 0, 3, "x"),
      frame(kData, 0, 1, "before the head"),
      ok + frame(kReset, 0, 1, number(2)),
      frame(kGoAway, 0, 0, number(0) + number(11)),
      frame(kWindowUpdate, 0, 0, number(0)),
      frame(kSettings, kAck, 0, "not empty"),
      frame(kSettings, 0, 0, std::string("\0\5", 2) + number(1)),
      ok + frame(kPing, 0, 0, "short"),
      frame(kHeaders, kEndHeaders, 1, field("Upper", "x") + kOk),
      frame(kHeaders, kEndHeaders | kEndStream, 1, field("x", "no status")),
      in_continuations + frame(kContinuation, kEndHeaders, 1, many_fields.substr(10000)),
      std::string("\xff\xff\xff\0\0\0\0\0\0", 9),
  };
  for (std::size_t i = 0; i < texts.size(); ++i) {
    ScriptedServer server([&](ScriptedPeer& peer, int) {
      greet(peer);
      read_until(peer, kHeaders);
      peer.write(texts[i]);
      std::this_thread::sleep_for(20ms);  // and closes
    });
    auto options = options_for(server);
    options.header_bytes = 16384;
    TestClient client(options);
    auto answer = client.get("/");
    EXPECT_FALSE(answer) << i;
  }
}

TEST(Http2Client, AnswersEarlyEndTheUpload) {
  ScriptedServer server([](ScriptedPeer& peer, int) {
    greet(peer);
    auto request = read_until(peer, kHeaders);
    peer.write(frame(kHeaders, kEndHeaders | kEndStream, request.stream, field(":status", "413")));
    EXPECT_EQ(read_until(peer, kReset).type, kReset);
    request = read_until(peer, kHeaders);
    peer.write(frame(kHeaders, kEndHeaders | kEndStream, request.stream, kOk));
    peer.read_to_end();
  });
  TestClient client(options_for(server));
  auto answer = client.send(make_request("POST", "/", body_of(Bytes(std::string(1 << 20, 'x')))));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 413);
  EXPECT_TRUE(client.get("/"));
  client.close();
}

}  // namespace
}  // namespace pedalion::http::client
