#pragma once
// Which proxy leads to a server: the configuration's, or what the environment says.
#include <optional>
#include <string>

#include "pedalion/client/config/url.h"
#include "pedalion/http/client.h"

namespace pedalion::client::config {

/// $HTTP_PROXY, $HTTPS_PROXY and $NO_PROXY, or the same in lower case.
struct ProxyEnvironment {
  std::string http, https, none;
  static ProxyEnvironment of_process();
};

/// Whether `none` excepts the server, by the rules of Go's httpproxy: a list of hosts, `.domains`, addresses
/// and networks, each with a port or without one; `*` is all of them.
bool is_excepted(const Url& server, std::string_view none);

/// `configured`, a URL, holds for every server; when it is empty the environment decides, which leaves out
/// this machine. None: there is no proxy. Fails (400) on URLs that are none.
Result<std::optional<http::ClientProxy>> proxy_for(const Url& server, const std::string& configured,
                                                   const ProxyEnvironment& environment);

}  // namespace pedalion::client::config
