#include "pedalion/client/config/url.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace pedalion::client::config {
namespace {

Status bad(std::string message) { return Status(400, "BadRequest", std::move(message)); }

struct SchemePort {
  std::string_view scheme;
  std::uint16_t port;
};
constexpr std::array kPorts = {SchemePort{"http", 80}, SchemePort{"https", 443}, SchemePort{"socks5", 1080},
                               SchemePort{"socks5h", 1080}};

std::uint16_t port_of(std::string_view scheme) {
  const auto* found = std::ranges::find(kPorts, scheme, &SchemePort::scheme);
  return found == kPorts.end() ? 0 : found->port;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  return out;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_host_character(unsigned char c) {
  return c > 0x20 && c < 0x7f &&
         std::string_view("/?#@[]\\\"<>^`{|}").find(static_cast<char>(c)) == std::string::npos;
}

Result<void> take_port(std::string_view text, Url& url) {
  unsigned port = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || port == 0 || port > 65535) {
    return std::unexpected(bad(fmt::format("invalid port {:?}", text)));
  }
  url.port = static_cast<std::uint16_t>(port);
  return {};
}

Result<void> take_host(std::string_view text, Url& url) {
  std::string_view host = text, rest;
  const bool bracketed = text.starts_with('[');
  if (bracketed) {
    auto close = text.find(']');
    if (close == std::string_view::npos) return std::unexpected(bad("missing ']' in host"));
    host = text.substr(1, close - 1);
    rest = text.substr(close + 1);
  } else if (auto colon = text.find(':'); colon != std::string_view::npos) {
    host = text.substr(0, colon);
    rest = text.substr(colon);
  }
  if (host.empty()) return std::unexpected(bad("it names no host"));
  if (!std::ranges::all_of(host, is_host_character)) {
    return std::unexpected(bad(fmt::format("invalid character in host {:?}", host)));
  }
  url.host = host;
  if (rest.empty()) return {};
  if (!rest.starts_with(':')) return std::unexpected(bad("unexpected text after host"));
  return take_port(rest.substr(1), url);
}

Result<void> take_authority(std::string_view text, Url& url) {
  if (auto at = text.rfind('@'); at != std::string_view::npos) {
    auto user = text.substr(0, at);
    auto colon = user.find(':');
    TRY(url.user, percent_decode(user.substr(0, colon)));
    if (colon != std::string_view::npos) {
      TRY(url.password, percent_decode(user.substr(colon + 1)));
    }
    text = text.substr(at + 1);
  }
  return take_host(text, url);
}

}  // namespace

Result<std::string> percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      out += text[at];
      continue;
    }
    const int high = at + 2 < text.size() ? hex_digit(text[at + 1]) : -1;
    const int low = at + 2 < text.size() ? hex_digit(text[at + 2]) : -1;
    if (high < 0 || low < 0) return std::unexpected(bad("invalid URL escape"));
    out += static_cast<char>(high * 16 + low);
    at += 2;
  }
  return out;
}

Result<Url> parse_url(std::string_view text, std::string_view default_scheme) {
  Url url;
  auto colon = text.find("://");
  url.scheme = lower(colon == std::string_view::npos ? default_scheme : text.substr(0, colon));
  auto rest = colon == std::string_view::npos ? text : text.substr(colon + 3);
  auto end = rest.find_first_of("/?#");
  TRY_OK(take_authority(rest.substr(0, end), url));
  if (end != std::string_view::npos) url.path = rest.substr(end);
  if (!std::ranges::all_of(url.path, [](unsigned char c) { return c > 0x20 && c < 0x7f; })) {
    return std::unexpected(bad("invalid character in path"));
  }
  if (url.port == 0) url.port = port_of(url.scheme);
  return url;
}

Result<Url> parse_server_url(std::string_view text, bool with_tls) {
  auto url = parse_url(text, with_tls ? "https" : "http");
  if (!url) return std::unexpected(bad(fmt::format("server URL {:?}: {}", text, url.error().message)));
  if (url->scheme != "http" && url->scheme != "https") {
    return std::unexpected(bad(fmt::format("server URL {:?}: unsupported scheme {:?}", text, url->scheme)));
  }
  if (!url->user.empty() || !url->password.empty()) {
    return std::unexpected(bad("server URL: a user does not belong there"));
  }
  if (url->path.find_first_of("?#") != std::string::npos) {
    return std::unexpected(bad(fmt::format("server URL {:?}: it ends with its path", text)));
  }
  while (url->path.ends_with('/')) url->path.pop_back();
  return url;
}

Result<Url> parse_proxy_url(std::string_view text) {
  auto url = parse_url(text, "");
  // What stands in it may be a password: it is not repeated.
  if (!url) return std::unexpected(bad("proxy URL: " + url.error().message));
  if (port_of(url->scheme) == 0) {
    return std::unexpected(
        bad(fmt::format("unsupported scheme {:?}, must be http, https, or socks5", url->scheme)));
  }
  return url;
}

}  // namespace pedalion::client::config
