#pragma once
// The URLs of a configuration: servers and proxies.
#include <cstdint>
#include <string>
#include <string_view>

#include "pedalion/base/status.h"

namespace pedalion::client::config {

struct Url {
  std::string scheme;  // lower case
  std::string user, password;
  std::string host;  // without the brackets of IPv6
  std::uint16_t port = 0;
  std::string path;  // begins with a slash, or is empty
};

/// SCHEME://[USER[:PASSWORD]@]HOST[:PORT][PATH]. `default_scheme` is for HOST:PORT alone. The port is the
/// scheme's where none is named. Fails (400) with what is wrong, without the password.
Result<Url> parse_url(std::string_view text, std::string_view default_scheme);

/// The URL of a server: http or https, its path without a slash at the end; no user, no query.
Result<Url> parse_server_url(std::string_view text, bool with_tls);

/// The URL of a proxy: http, https, socks5 or socks5h.
Result<Url> parse_proxy_url(std::string_view text);

/// `text` with %XX replaced. Fails on broken ones.
Result<std::string> percent_decode(std::string_view text);

}  // namespace pedalion::client::config
