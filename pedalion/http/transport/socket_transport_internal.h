#pragma once
// The transport over an Asio socket, with TLS by OpenSSL on the descriptor itself.
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>
#include <vector>

#include "pedalion/http/tls/openssl_internal.h"
#include "pedalion/http/transport/transport.h"

namespace pedalion::http::transport {

class SocketTransport final : public Transport {
 public:
  /// `ssl` null: in the clear; else taken over. The socket is connected.
  SocketTransport(boost::asio::ip::tcp::socket socket, ssl_st* ssl);
  ~SocketTransport() override;

  /// From here on TLS, over what there is: in the clear or, for a server behind a proxy, TLS already. Takes
  /// `ssl` over; the handshake follows.
  void secure(ssl_st* ssl);
  /// TLS only. kWait: wait as `wants_write` says and call again.
  Outcome handshake();
  bool wants_write() const { return wants_write_; }
  /// After the handshake: what ALPN has settled; empty when nothing.
  std::string_view protocol() const;
  /// The certificates that the peer has sent, leaf first, DER.
  std::vector<std::string> peer_certificates() const;

  Outcome read(std::span<char> buffer) override;
  Outcome write(std::string_view bytes) override;
  void wait_read(std::function<void()> ready) override;
  void wait_write(std::function<void()> ready) override;
  void close() override;

  /// Whether bytes off the socket may lie in TLS's buffers: then read(), for the socket may stay silent.
  bool may_hold_input() const;
  /// Says that nothing more is written; what the peer still sends can be discarded.
  void end_output();
  /// Reads over what has come, beneath TLS. kDone with none: the peer has closed.
  Outcome discard(std::span<char> scratch);

 private:
  Outcome tls_outcome(int result);

  boost::asio::ip::tcp::socket socket_;
  ssl_st* ssl_ = nullptr;
  bool wants_write_ = false;
  bool established_ = false;
  bool failed_ = false;
  bool dry_ = false;  // the last read met the end of what has come: the next need not look
};

}  // namespace pedalion::http::transport
