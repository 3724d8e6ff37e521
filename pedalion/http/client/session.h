#pragma once
// A protocol's client side as a pure machine: bytes in, bytes out, exchanges between. The connection moves
// the bytes.
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pedalion/base/status.h"
#include "pedalion/http/client/exchange.h"

namespace pedalion::http::client {

/// Not thread-safe. Resumes no coroutine itself: exchanges that changed are collected until take_woken().
class Session {
 public:
  virtual ~Session() = default;

  /// Takes a request; REQUIRES capacity() > 0.
  virtual void start(std::shared_ptr<Exchange> exchange) = 0;
  virtual void upload_ready(Exchange& exchange) = 0;
  virtual void received_taken(Exchange& exchange, std::size_t bytes) = 0;
  virtual void cancel(Exchange& exchange) = 0;

  /// Bytes from the peer. After a failure the connection is unusable: call break_off().
  virtual Result<bool> receive(std::string_view input) = 0;
  /// The peer has closed its side; what is under way ends or fails.
  virtual void peer_closed() = 0;
  /// Ends all exchanges with `why`.
  virtual void break_off(const Status& why) = 0;
  /// Appends what is to be sent, about `budget` bytes at most; nothing when there is nothing now.
  virtual void produce(std::string& out, std::size_t budget) = 0;

  /// False: do not read from the peer (back-pressure).
  virtual bool wants_input() const = 0;
  /// How many more exchanges it takes now.
  virtual std::size_t capacity() const = 0;
  virtual std::size_t active() const = 0;
  /// No exchange is under way and none will be taken: close.
  virtual bool finished() const = 0;

  enum class Ping { kSent, kUnsupported };
  /// Asks the peer for a sign of life: any input after it is one.
  virtual Ping ping() = 0;
  /// Says goodbye, where the protocol can.
  virtual void go_away() = 0;

  /// The exchanges whose state has changed since the last call. Notify them when the session is at rest.
  std::vector<std::shared_ptr<Exchange>> take_woken() { return std::exchange(woken_, {}); }
  bool has_woken() const { return !woken_.empty(); }

 protected:
  void wake(std::shared_ptr<Exchange> exchange) {
    if (woken_.empty() || woken_.back() != exchange) woken_.push_back(std::move(exchange));
  }
  /// Ends it with a failure.
  void fail(std::shared_ptr<Exchange> exchange, const Status& why, Exchange::Retry retry) {
    exchange->failure = why;
    exchange->retry = exchange->head_ready ? Exchange::Retry::kNo : retry;
    exchange->owner = nullptr;
    wake(std::move(exchange));
  }

 private:
  std::vector<std::shared_ptr<Exchange>> woken_;
};

std::unique_ptr<Session> make_http1_session(std::size_t header_bytes);
/// `scheme`: "https" or "http"; a literal.
std::unique_ptr<Session> make_http2_session(std::size_t header_bytes, std::string_view scheme);

}  // namespace pedalion::http::client
