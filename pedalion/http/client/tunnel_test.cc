#include "pedalion/http/client/tunnel.h"

#include <gtest/gtest.h>

namespace pedalion::http::client {
namespace {

using Kind = ClientProxy::Kind;

std::string bytes(std::initializer_list<int> values, std::string_view text = {}) {
  std::string out;
  for (int value : values) out += static_cast<char>(value);
  return out + std::string(text);
}

std::unique_ptr<Tunnel> tunnel(ClientProxy proxy, const std::string& host = "server") {
  return make_tunnel(proxy, host, 443).value();
}

// Byte by byte, as it may come; what went wrong, or nothing.
std::string feed(Tunnel& tunnel, std::string_view input) {
  for (char c : input) {
    EXPECT_GE(tunnel.wanted(), 1U);
    if (auto taken = tunnel.receive({&c, 1}); !taken) return taken.error().message;
  }
  return {};
}

TEST(Connect, AsksForTheServer) {
  auto plain = tunnel({Kind::kHttp, "p", 1, "", ""});
  EXPECT_EQ(plain->take_output(), "CONNECT server:443 HTTP/1.1\r\nHost: server:443\r\n\r\n");
  EXPECT_EQ(plain->take_output(), "");
  EXPECT_EQ(feed(*plain, "HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n"), "");
  EXPECT_TRUE(plain->done());
  auto named = tunnel({Kind::kHttp, "p", 1, "user", "pass"}, "::1");
  EXPECT_EQ(
      named->take_output(),
      "CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\nProxy-Authorization: Basic dXNlcjpwYXNz\r\n\r\n");
}

TEST(Connect, SaysWhatTheProxyAnswered) {
  struct Case {
    std::string_view input, problem;
  };
  const Case table[] = {
      {"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "CONNECT server:443: the proxy answered 407"},
      {"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n", "CONNECT server:443: the proxy answered 302"},
  };
  for (const auto& [input, problem] : table) {
    auto talk = tunnel({Kind::kHttp, "p", 1, "", ""});
    EXPECT_EQ(feed(*talk, input), problem);
    EXPECT_FALSE(talk->done());
  }
  auto talk = tunnel({Kind::kHttp, "p", 1, "", ""});
  EXPECT_EQ(talk->receive("HTTP/1.1 200 OK\r\n\r\nmore").error().message,
            "CONNECT server:443: the proxy said more than its answer");
  EXPECT_EQ(tunnel({Kind::kHttp, "p", 1, "", ""})->receive("").error().message,
            "CONNECT server:443: the proxy closed the connection");
  EXPECT_FALSE(tunnel({Kind::kHttp, "p", 1, "", ""})->receive("SSH-2.0-x\r\n\r\n").has_value());
  EXPECT_FALSE(tunnel({Kind::kHttp, "p", 1, "", ""})
                   ->receive("HTTP/1.1 200 OK\r\nX: " + std::string(70000, 'x'))
                   .has_value());
}

TEST(Socks5, AsksForTheServer) {
  auto talk = tunnel({Kind::kSocks5, "p", 1, "", ""});
  EXPECT_EQ(talk->take_output(), bytes({5, 1, 0}));
  EXPECT_EQ(talk->wanted(), 2U);
  EXPECT_EQ(feed(*talk, bytes({5, 0})), "");
  EXPECT_EQ(talk->take_output(), bytes({5, 1, 0, 3, 6}, "server") + bytes({1, 0xbb}));
  EXPECT_EQ(feed(*talk, bytes({5, 0, 0, 3, 2}, "ab")), "");
  EXPECT_EQ(talk->wanted(), 2U);
  EXPECT_EQ(feed(*talk, bytes({1, 2})), "");
  EXPECT_TRUE(talk->done());
}

TEST(Socks5, SaysWhoItIs) {
  auto talk = tunnel({Kind::kSocks5, "p", 1, "user", "pw"}, "127.0.0.1");
  EXPECT_EQ(talk->take_output(), bytes({5, 2, 0, 2}));
  EXPECT_EQ(feed(*talk, bytes({5, 2})), "");
  EXPECT_EQ(talk->take_output(), bytes({1, 4}, "user") + bytes({2}, "pw"));
  EXPECT_EQ(feed(*talk, bytes({1, 0})), "");
  EXPECT_EQ(talk->take_output(), bytes({5, 1, 0, 1, 127, 0, 0, 1, 1, 0xbb}));
  EXPECT_EQ(feed(*talk, bytes({5, 0, 0, 1, 1, 2, 3, 4, 5, 6})), "");
  EXPECT_TRUE(talk->done());
  EXPECT_FALSE(make_tunnel({Kind::kSocks5, "p", 1, "", ""}, std::string(256, 'h'), 1).has_value());
}

TEST(Socks5, SaysWhatTheProxyAnswered) {
  struct Case {
    std::string input, problem;
  };
  const Case table[] = {
      {bytes({4, 0}), "SOCKS: the proxy does not speak version 5"},
      {bytes({5, 0xff}), "SOCKS: the proxy wants another way to authenticate"},
      {bytes({5, 2}), "SOCKS: the proxy wants another way to authenticate"},
      {bytes({5, 0, 5, 5, 0, 1, 0}), "SOCKS: connection refused"},
      {bytes({5, 0, 5, 77, 0, 1, 0}), "SOCKS: reply 77"},
      {bytes({5, 0, 5, 0, 0, 2, 0}), "SOCKS: an address of an unknown kind"},
  };
  for (const auto& [input, problem] : table)
    EXPECT_EQ(feed(*tunnel({Kind::kSocks5, "p", 1, "", ""}), input), problem);
}

}  // namespace
}  // namespace pedalion::http::client
