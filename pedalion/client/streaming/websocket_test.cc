#include "pedalion/client/streaming/websocket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pedalion::client::streaming {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t kLimit = 1000;

std::string frame(unsigned first, std::string_view payload) {
  std::string out{static_cast<char>(first)};
  if (payload.size() < 126) {
    out += static_cast<char>(payload.size());
  } else {
    out += {126, static_cast<char>(payload.size() >> 8), static_cast<char>(payload.size() & 0xff)};
  }
  return out.append(payload);
}

// Of one short frame without its mask.
struct Sent {
  unsigned first = 0;
  std::string payload;
};
std::vector<Sent> sent_by(WebSocket& socket) {
  std::vector<Sent> out;
  std::string bytes = socket.take_output();
  for (std::size_t at = 0; at < bytes.size();) {
    Sent one{static_cast<unsigned char>(bytes[at]), {}};
    auto second = static_cast<unsigned char>(bytes[at + 1]);
    EXPECT_NE(second & 0x80, 0) << "not masked";
    std::size_t length = second & 0x7f;
    at += 2;
    if (length >= 126) {
      const std::size_t count = length == 126 ? 2 : 8;
      length = 0;
      for (std::size_t i = 0; i < count; ++i) length = length << 8 | static_cast<unsigned char>(bytes[at++]);
    }
    auto mask = bytes.substr(at, 4);
    at += 4;
    one.payload = bytes.substr(at, length);
    for (std::size_t i = 0; i < length; ++i) one.payload[i] ^= mask[i % 4];
    at += length;
    out.push_back(std::move(one));
  }
  return out;
}

TEST(WebSocketHandshake, AnswersTheExampleOfTheRfc) {
  EXPECT_EQ(websocket_accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(WebSocketHandshake, OffersAndChecks) {
  WebSocketHandshake handshake({"chat", "superchat"}, "dGhlIHNhbXBsZSBub25jZQ==");
  auto headers = handshake.headers();
  EXPECT_EQ(headers.get("sec-websocket-protocol"), "chat, superchat");
  EXPECT_EQ(headers.get("sec-websocket-version"), "13");
  EXPECT_EQ(headers.get("sec-websocket-key"), "dGhlIHNhbXBsZSBub25jZQ==");
  http::Headers good;
  good.add("upgrade", "WebSocket");
  good.add("connection", "keep-alive, Upgrade");
  good.add("sec-websocket-accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_EQ(handshake.accept(good).value(), "");
  auto with = [&](std::string_view name, std::string_view value) {
    auto headers = good;
    headers.set(name, value);
    return handshake.accept(headers);
  };
  EXPECT_EQ(with("sec-websocket-protocol", "superchat").value(), "superchat");
  EXPECT_EQ(with("sec-websocket-protocol", "other").error().code, 502);
  EXPECT_EQ(with("sec-websocket-accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOp=").error().code, 502);
  EXPECT_EQ(with("upgrade", "spdy/3.1").error().code, 502);
  EXPECT_EQ(with("connection", "close").error().code, 502);
  EXPECT_EQ(with("sec-websocket-extensions", "permessage-deflate").error().code, 502);
}

TEST(WebSocketHandshake, MakesAKeyOfItsOwnEachTime) {
  auto one = WebSocketHandshake({}).headers(), other = WebSocketHandshake({}).headers();
  EXPECT_EQ(one.get("sec-websocket-key").size(), 24u);
  EXPECT_NE(one.get("sec-websocket-key"), other.get("sec-websocket-key"));
}

TEST(WebSocket, PutsFragmentsTogetherAroundControlFrames) {
  const auto input = frame(0x02, "a") + frame(0x89, "hi") + frame(0x00, "") +
                     frame(0x80, std::string(200, 'b')) + frame(0x81, "text") + frame(0x8a, "unasked");
  for (std::size_t step : {std::size_t{1}, std::size_t{3}, input.size()}) {
    WebSocket socket(kLimit);
    for (std::size_t at = 0; at < input.size(); at += step) {
      ASSERT_TRUE(socket.receive(std::string_view(input).substr(at, step)));
    }
    auto first = socket.take_message(), second = socket.take_message();
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->data, "a" + std::string(200, 'b'));
    EXPECT_FALSE(first->text);
    EXPECT_EQ(second->data, "text");
    EXPECT_TRUE(second->text);
    EXPECT_FALSE(socket.take_message());
    auto sent = sent_by(socket);
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_EQ(sent[0].first, 0x8au);
    EXPECT_EQ(sent[0].payload, "hi");
  }
}

TEST(WebSocket, MasksWhatItSendsWithANewMaskEachTime) {
  std::uint32_t next = 0x01020304;
  WebSocket socket(kLimit, [&] { return next++; });
  for (std::size_t size :
       {std::size_t{0}, std::size_t{125}, std::size_t{126}, std::size_t{65535}, std::size_t{65536}}) {
    socket.send(std::string(size, 'x'));
    auto sent = sent_by(socket);
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_EQ(sent[0].first, 0x82u);
    EXPECT_EQ(sent[0].payload, std::string(size, 'x'));
  }
  socket.send("abcd");
  const std::string masked{'a' ^ 9, 'b' ^ 3, 'c' ^ 2, 'd' ^ 1};
  EXPECT_EQ(socket.take_output(), std::string("\x82\x84\x09\x03\x02\x01", 6) + masked);
}

TEST(WebSocket, AnswersAFloodOfPingsOnce) {
  WebSocket socket(kLimit);
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(socket.receive(frame(0x89, std::to_string(i))));
  auto sent = sent_by(socket);
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].payload, "999");
}

TEST(WebSocket, AnswersACloseAndTakesNothingAfterIt) {
  WebSocket socket(kLimit);
  ASSERT_TRUE(socket.receive(frame(0x82, "last") +
                             frame(0x88,
                                   "\x03\xe8"
                                   "bye") +
                             frame(0x82, "late")));
  ASSERT_TRUE(socket.peer_close());
  EXPECT_EQ(socket.peer_close()->code, 1000);
  EXPECT_EQ(socket.peer_close()->reason, "bye");
  EXPECT_EQ(socket.take_message()->data, "last");
  EXPECT_FALSE(socket.take_message());
  socket.send("not any more");
  auto sent = sent_by(socket);
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].first, 0x88u);
  EXPECT_EQ(sent[0].payload, "\x03\xe8");
}

TEST(WebSocket, ClosesOnce) {
  WebSocket socket(kLimit);
  socket.close(1000);
  socket.close(1001);
  socket.ping();
  EXPECT_EQ(sent_by(socket).size(), 1u);
  ASSERT_TRUE(socket.receive(frame(0x88, "")));
  EXPECT_EQ(socket.peer_close()->code, WebSocket::kNoCode);
  EXPECT_EQ(socket.take_output(), "");
}

TEST(WebSocket, RefusesWhatAServerMayNotSend) {
  struct Case {
    std::string input;
    unsigned code;
  };
  const std::vector<Case> cases = {
      {std::string("\x82\x80\0\0\0\0", 6), 1002},                        // masked
      {frame(0xc2, "x"), 1002},                                          // a reserved bit
      {frame(0x83, "x"), 1002},                                          // unknown kinds
      {frame(0x8b, "x"), 1002},                                          //
      {frame(0x80, "x"), 1002},                                          // continues nothing
      {frame(0x02, "x") + frame(0x82, "y"), 1002},                       // begins within another
      {frame(0x09, "x"), 1002},                                          // a control frame in fragments
      {frame(0x89, std::string(126, 'x')), 1002},                        // … that is too long
      {frame(0x88, "x"), 1002},                                          // half a code
      {frame(0x88, "\x03\xed"), 1002},                                   // 1005 is never sent
      {frame(0x88, std::string("\0\0", 2)), 1002},                       //
      {frame(0x82, std::string(kLimit + 1, 'x')), 1009},                 // beyond the limit, at once …
      {frame(0x02, std::string(kLimit, 'x')) + frame(0x80, "y"), 1009},  // … and in the sum
      {"\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff", 1009},
  };
  for (const auto& [input, code] : cases) {
    WebSocket socket(kLimit);
    auto taken = socket.receive(input);
    ASSERT_FALSE(taken) << ::testing::PrintToString(input.substr(0, 20));
    EXPECT_EQ(taken.error().code, 502);
    auto sent = sent_by(socket);
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_EQ(sent[0].first, 0x88u);
    ASSERT_GE(sent[0].payload.size(), 2u);
    EXPECT_EQ(
        static_cast<unsigned char>(sent[0].payload[0]) << 8 | static_cast<unsigned char>(sent[0].payload[1]),
        static_cast<int>(code));
    EXPECT_FALSE(socket.receive(frame(0x82, "x")));
    EXPECT_FALSE(socket.take_message());
  }
}

TEST(WebSocket, TakesAMessageOfJustTheLimit) {
  WebSocket socket(kLimit);
  ASSERT_TRUE(socket.receive(frame(0x02, std::string(kLimit - 1, 'x')) + frame(0x80, "y")));
  EXPECT_EQ(socket.take_message()->data.size(), kLimit);
}

}  // namespace
}  // namespace pedalion::client::streaming
