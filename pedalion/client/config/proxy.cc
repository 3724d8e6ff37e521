#include "pedalion/client/config/proxy.h"

#include <arpa/inet.h>

#include <array>
#include <charconv>
#include <cstdlib>

namespace pedalion::client::config {
namespace {

std::string variable(const char* upper, const char* lower) {
  for (const char* name : {upper, lower}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return {};
}

// An address of either kind; those of IPv4 as ::ffff:a.b.c.d.
using Address = std::array<unsigned char, 16>;

std::optional<Address> address_of(const std::string& text) {
  Address out{};
  if (inet_pton(AF_INET6, text.c_str(), out.data()) == 1) return out;
  out[10] = out[11] = 0xff;
  if (inet_pton(AF_INET, text.c_str(), out.data() + 12) == 1) return out;
  return std::nullopt;
}

bool is_loopback(const Address& address) {
  static const Address kV6 = *address_of("::1"), kV4 = *address_of("127.0.0.0");
  return address == kV6 || std::equal(kV4.begin(), kV4.begin() + 13, address.begin());
}

// `10.0.0.0/8`.
bool in_network(const Address& address, std::string_view network) {
  auto slash = network.find('/');
  if (slash == std::string_view::npos) return false;
  auto base = address_of(std::string(network.substr(0, slash)));
  auto length = network.substr(slash + 1);
  unsigned bits = 0;
  auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), bits);
  if (!base || error != std::errc() || end != length.data() + length.size()) return false;
  if (network.substr(0, slash).find(':') == std::string_view::npos) bits += 96;
  if (bits > 128) return false;
  for (unsigned bit = 0; bit < bits; ++bit) {
    const unsigned mask = 0x80U >> (bit % 8);
    if ((address[bit / 8] & mask) != ((*base)[bit / 8] & mask)) return false;
  }
  return true;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

std::string_view trimmed(std::string_view text) {
  auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// One entry of the list, in lower case.
bool matches(std::string_view entry, const std::string& host, std::uint16_t port) {
  if (entry == "*") return true;
  auto address = address_of(host);
  if (entry.find('/') != std::string_view::npos) return address && in_network(*address, entry);
  if (address_of(std::string(entry))) return address && address == address_of(std::string(entry));
  auto named = parse_url(entry, "");
  if (!named) return false;
  if (named->port != 0 && named->port != port) return false;
  if (auto wanted = address_of(named->host)) return address == wanted;
  std::string_view name = named->host;
  const bool subdomains_only = name.starts_with('.') || name.starts_with("*.");
  if (name.starts_with('*')) name.remove_prefix(1);
  if (name.starts_with('.')) name.remove_prefix(1);
  if (name.empty()) return false;
  if (host == name) return !subdomains_only;
  return host.size() > name.size() && host.ends_with(name) && host[host.size() - name.size() - 1] == '.';
}

}  // namespace

ProxyEnvironment ProxyEnvironment::of_process() {
  return {variable("HTTP_PROXY", "http_proxy"), variable("HTTPS_PROXY", "https_proxy"),
          variable("NO_PROXY", "no_proxy")};
}

bool is_excepted(const Url& server, std::string_view none) {
  auto host = lower(server.host);
  if (host.ends_with('.')) host.pop_back();
  while (!none.empty()) {
    auto comma = std::min(none.find(','), none.size());
    auto entry = lower(trimmed(none.substr(0, comma)));
    if (!entry.empty() && matches(entry, host, server.port)) return true;
    none.remove_prefix(std::min(comma + 1, none.size()));
  }
  return false;
}

Result<std::optional<http::ClientProxy>> proxy_for(const Url& server, const std::string& configured,
                                                   const ProxyEnvironment& environment) {
  auto text = configured;
  if (text.empty()) {
    text = server.scheme == "https" ? environment.https : environment.http;
    auto address = address_of(server.host);
    const bool local = lower(server.host) == "localhost" || (address && is_loopback(*address));
    if (text.empty() || local || is_excepted(server, environment.none)) return std::nullopt;
    if (text.find("://") == std::string::npos) text = "http://" + text;
  }
  TRY(auto url, parse_proxy_url(text));
  using Kind = http::ClientProxy::Kind;
  return http::ClientProxy{url.scheme.starts_with("http") ? Kind::kHttp : Kind::kSocks5,
                           url.host,
                           url.port,
                           url.user,
                           url.password,
                           url.scheme == "https"};
}

}  // namespace pedalion::client::config
