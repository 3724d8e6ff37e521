#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

#include "pedalion/http/transport/socket_transport_internal.h"

namespace pedalion::http::transport {
namespace {

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

Transport::Outcome failed(std::string error) { return {Transport::Kind::kFailed, 0, std::move(error)}; }
Transport::Outcome done(std::size_t bytes) { return {Transport::Kind::kDone, bytes, {}}; }
Transport::Outcome wait() { return {Transport::Kind::kWait, 0, {}}; }

Transport::Outcome of_system(ssize_t result, const char* call) {
  if (result >= 0) return done(static_cast<std::size_t>(result));
  return would_block(errno) ? wait() : failed(std::string(call) + ": " + std::strerror(errno));
}

int bio_descriptor(BIO* bio) { return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio))); }

// As OpenSSL's own socket BIO, but a peer that has gone is an error and no SIGPIPE.
int bio_write(BIO* bio, const char* data, int size) {
  auto result = ::send(bio_descriptor(bio), data, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  BIO_clear_retry_flags(bio);
  if (result < 0 && would_block(errno)) BIO_set_retry_write(bio);
  return static_cast<int>(result);
}

int bio_read(BIO* bio, char* data, int size) {
  auto result = ::recv(bio_descriptor(bio), data, static_cast<std::size_t>(size), 0);
  BIO_clear_retry_flags(bio);
  if (result < 0 && would_block(errno)) BIO_set_retry_read(bio);
  if (result == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return static_cast<int>(result);
}

long bio_control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
  return command == BIO_CTRL_FLUSH || command == BIO_CTRL_DUP;
}

const BIO_METHOD* socket_method() {
  static const BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket without SIGPIPE");
    BIO_meth_set_write(made, bio_write);
    BIO_meth_set_read(made, bio_read);
    BIO_meth_set_ctrl(made, bio_control);
    return made;
  }();
  return method;
}

}  // namespace

SocketTransport::SocketTransport(boost::asio::ip::tcp::socket socket, ssl_st* ssl)
    : socket_(std::move(socket)) {
  boost::system::error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
  socket_.set_option(boost::asio::socket_base::keep_alive(true), ignored);
  if (ssl != nullptr) secure(ssl);
}

void SocketTransport::secure(ssl_st* ssl) {
  BIO* bio = BIO_new(ssl_ == nullptr ? socket_method() : BIO_f_ssl());
  if (bio == nullptr) throw std::bad_alloc();
  if (ssl_ == nullptr) {
    BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(socket_.native_handle())));
    BIO_set_init(bio, 1);
  } else {
    // The outer one goes with the inner one, when the descriptor may be somebody else's: it says no goodbye.
    SSL_set_quiet_shutdown(ssl_, 1);
    BIO_set_ssl(bio, ssl_, BIO_CLOSE);
  }
  SSL_set_bio(ssl, bio, bio);
  ssl_ = ssl;
  established_ = dry_ = false;
}

SocketTransport::~SocketTransport() {
  close();
  SSL_free(ssl_);
}

Transport::Outcome SocketTransport::tls_outcome(int result) {
  if (result > 0) return done(static_cast<std::size_t>(result));
  const int system_error = errno;
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_WANT_READ:
      wants_write_ = false;
      return wait();
    case SSL_ERROR_WANT_WRITE:
      wants_write_ = true;
      return wait();
    case SSL_ERROR_ZERO_RETURN:
      return done(0);
    case SSL_ERROR_SYSCALL:
      failed_ = true;
      ERR_clear_error();
      return failed(system_error != 0 ? std::strerror(system_error) : "the server closed the connection");
    default:
      failed_ = true;
      return failed("TLS: " + tls::openssl_error());
  }
}

Transport::Outcome SocketTransport::handshake() {
  ERR_clear_error();
  errno = 0;
  auto outcome = tls_outcome(SSL_do_handshake(ssl_));
  if (outcome.kind == Kind::kDone) established_ = true;
  if (outcome.kind == Kind::kFailed) {
    if (auto verified = SSL_get_verify_result(ssl_); verified != X509_V_OK) {
      outcome.error = std::string("TLS: ") + X509_verify_cert_error_string(verified);
    }
  }
  return outcome;
}

std::string_view SocketTransport::protocol() const {
  if (ssl_ == nullptr) return {};
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_, &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

std::vector<std::string> SocketTransport::peer_certificates() const {
  std::vector<std::string> certificates;
  auto add = [&](X509* certificate) {
    unsigned char* data = nullptr;
    int size = i2d_X509(certificate, &data);
    if (size > 0) certificates.emplace_back(reinterpret_cast<char*>(data), static_cast<std::size_t>(size));
    OPENSSL_free(data);
  };
  X509* leaf = ssl_ == nullptr ? nullptr : SSL_get0_peer_certificate(ssl_);
  if (leaf == nullptr) return certificates;
  add(leaf);
  // At a server the chain has no leaf.
  STACK_OF(X509)* chain = SSL_get_peer_cert_chain(ssl_);
  for (int at = SSL_is_server(ssl_) ? 0 : 1; at < sk_X509_num(chain); ++at) add(sk_X509_value(chain, at));
  return certificates;
}

Transport::Outcome SocketTransport::read(std::span<char> buffer) {
  if (ssl_ == nullptr)
    return of_system(::recv(socket_.native_handle(), buffer.data(), buffer.size(), 0), "read");
  if (std::exchange(dry_, false)) return wait();
  // A record a call: gather them, so that the session sees as much as there is.
  std::size_t total = 0;
  while (total < buffer.size()) {
    ERR_clear_error();
    errno = 0;
    int result = SSL_read(ssl_, buffer.data() + total,
                          static_cast<int>(std::min<std::size_t>(buffer.size() - total, 1 << 30)));
    if (result <= 0) {
      if (total == 0) return tls_outcome(result);
      dry_ = SSL_get_error(ssl_, result) == SSL_ERROR_WANT_READ;
      return done(total);
    }
    total += static_cast<std::size_t>(result);
  }
  return done(total);
}

Transport::Outcome SocketTransport::write(std::string_view bytes) {
  if (ssl_ == nullptr) {
    return of_system(::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL), "write");
  }
  ERR_clear_error();
  errno = 0;
  auto outcome = tls_outcome(
      SSL_write(ssl_, bytes.data(), static_cast<int>(std::min<std::size_t>(bytes.size(), 1 << 30))));
  if (outcome.kind == Kind::kDone && outcome.bytes == 0 && !bytes.empty()) {
    // After the peer's goodbye OpenSSL says "closed" of a write that has failed.
    failed_ = true;
    return failed("the peer has closed the connection");
  }
  return outcome;
}

bool SocketTransport::may_hold_input() const {
  return ssl_ != nullptr && !dry_ && SSL_has_pending(ssl_) == 1;
}

void SocketTransport::end_output() {
  if (established_ && !failed_) {
    ERR_clear_error();
    SSL_shutdown(ssl_);
    ERR_clear_error();
    established_ = false;  // goodbye is said once
  }
  boost::system::error_code ignored;
  socket_.shutdown(boost::asio::socket_base::shutdown_send, ignored);
}

Transport::Outcome SocketTransport::discard(std::span<char> scratch) {
  return of_system(::recv(socket_.native_handle(), scratch.data(), scratch.size(), 0), "read");
}

void SocketTransport::wait_read(std::function<void()> ready) {
  dry_ = false;  // when it is ready there is something again
  socket_.async_wait(boost::asio::socket_base::wait_read,
                     [ready = std::move(ready)](const boost::system::error_code&) { ready(); });
}

void SocketTransport::wait_write(std::function<void()> ready) {
  socket_.async_wait(boost::asio::socket_base::wait_write,
                     [ready = std::move(ready)](const boost::system::error_code&) { ready(); });
}

void SocketTransport::close() {
  if (!socket_.is_open()) return;
  if (established_ && !failed_) {
    ERR_clear_error();
    SSL_shutdown(ssl_);  // says goodbye; does not wait for the answer
    ERR_clear_error();
  }
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace pedalion::http::transport
