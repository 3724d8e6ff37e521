#pragma once
// What is said to a proxy before its connection belongs to the server: CONNECT, SOCKS 5. Pure: no socket.
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "pedalion/base/status.h"
#include "pedalion/http/client.h"

namespace pedalion::http::client {

class Tunnel {
 public:
  virtual ~Tunnel() = default;
  /// What is to be sent now, before anything more is read. Empty: nothing.
  std::string take_output() { return std::exchange(output_, {}); }
  /// How many bytes to read at most: what comes after them may be the server's.
  virtual std::size_t wanted() const = 0;
  /// Bytes from the proxy, at most wanted(). Fails (503) with what the proxy says. REQUIRES !done().
  virtual Result<void> receive(std::string_view input) = 0;
  bool done() const { return done_; }

 protected:
  std::string output_;
  bool done_ = false;
};

/// To host:port by way of the proxy. Fails (400) when a name or a password is longer than SOCKS can say.
Result<std::unique_ptr<Tunnel>> make_tunnel(const ClientProxy& proxy, const std::string& host,
                                            std::uint16_t port);

/// The value of Proxy-Authorization; empty: none.
std::string proxy_authorization(const ClientProxy& proxy);

}  // namespace pedalion::http::client
