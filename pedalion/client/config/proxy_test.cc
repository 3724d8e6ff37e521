#include "pedalion/client/config/proxy.h"

#include <gtest/gtest.h>

namespace pedalion::client::config {
namespace {

// What leads to the server: KIND HOST:PORT, `direct`, or what is wrong.
std::string way(const std::string& server, const std::string& configured,
                const ProxyEnvironment& environment = {}) {
  auto proxy = proxy_for(parse_server_url(server, true).value(), configured, environment);
  if (!proxy) return proxy.error().message;
  if (!*proxy) return "direct";
  const auto& found = **proxy;
  const bool socks = found.kind == http::ClientProxy::Kind::kSocks5;
  return std::string(socks           ? "socks5 "
                     : found.use_tls ? "https "
                                     : "http ") +
         found.host + ":" + std::to_string(found.port);
}

TEST(ProxyFor, TheConfigurationComesFirst) {
  ProxyEnvironment environment{"http://h:1", "https-proxy:2", "excepted"};
  EXPECT_EQ(way("https://server", "http://p:3128", environment), "http p:3128");
  EXPECT_EQ(way("https://127.0.0.1", "socks5://p", environment), "socks5 p:1080");
  EXPECT_EQ(way("https://excepted", "socks5h://p:5", environment), "socks5 p:5");
  EXPECT_EQ(way("https://server", "https://p"), "https p:443");
  EXPECT_EQ(way("https://server", "ftp://p"), "unsupported scheme \"ftp\", must be http, https, or socks5");
  auto named = proxy_for(parse_server_url("https://server", true).value(), "http://user:p%3Aw@p", {});
  EXPECT_EQ((*named)->user, "user");
  EXPECT_EQ((*named)->password, "p:w");
  EXPECT_EQ((*named)->port, 80);
}

TEST(ProxyFor, TheEnvironment) {
  ProxyEnvironment environment{"http://h:1", "https-proxy:2", "excepted"};
  EXPECT_EQ(way("https://server", "", environment), "http https-proxy:2");
  EXPECT_EQ(way("http://server", "", environment), "http h:1");
  EXPECT_EQ(way("https://server", ""), "direct");
  for (const char* server :
       {"https://excepted", "https://localhost:6443", "https://127.1.2.3", "https://[::1]"}) {
    EXPECT_EQ(way(server, "", environment), "direct") << server;
  }
}

TEST(IsExcepted, Table) {
  struct Case {
    const char *none, *server;
    bool excepted;
  };
  const Case table[] = {
      {"", "a.com", false},
      {"*", "a.com", true},
      {"a.com", "a.com", true},
      {"a.com", "A.Com.", true},
      {"a.com", "x.a.com", true},
      {"a.com", "xa.com", false},
      {".a.com", "a.com", false},
      {".a.com", "x.a.com", true},
      {"*.a.com", "x.a.com", true},
      {"*.a.com", "a.com", false},
      {"b.com , a.com", "a.com", true},
      {"a.com:443", "a.com", true},
      {"a.com:443", "a.com:6443", false},
      {"10.0.0.1", "10.0.0.1", true},
      {"10.0.0.1", "10.0.0.10", false},
      {"10.0.0.1:6443", "10.0.0.1:6443", true},
      {"10.0.0.1:6443", "10.0.0.1", false},
      {"10.0.0.0/8", "10.200.0.1", true},
      {"10.0.0.0/8", "11.0.0.1", false},
      {"10.0.0.0/99", "10.0.0.1", false},
      {"10.0.0.0/8", "a.com", false},
      {"fd00::/16", "[fd00::5]", true},
      {"fd00::1", "[fd00::1]", true},
      {"[fd00::1]:443", "[fd00::1]", true},
      {"::/0", "[fd00::1]", true},
      {"0.0.0.0/0", "[fd00::1]", false},
      {",,.,*.", "a.com", false},
  };
  for (const auto& [none, server, excepted] : table) {
    EXPECT_EQ(is_excepted(parse_server_url(server, true).value(), none), excepted) << none << " " << server;
  }
}

}  // namespace
}  // namespace pedalion::client::config
