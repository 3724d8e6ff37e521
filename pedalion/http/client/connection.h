#pragma once
// One connection of the client: moves bytes between its socket and its session, and watches the clock.
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "pedalion/base/loop.h"
#include "pedalion/http/client/exchange.h"
#include "pedalion/http/client/session.h"
#include "pedalion/http/message.h"
#include "pedalion/http/transport/transport.h"

namespace pedalion::http::client {

struct ConnectionTimes {
  std::chrono::milliseconds idle_timeout, ping_after, ping_timeout;
};

/// Belongs to one loop. Lives while its pool or a callback of its socket holds it.
class Connection final : public ExchangeOwner, public std::enable_shared_from_this<Connection> {
 public:
  Connection(Loop& loop, std::unique_ptr<transport::Transport> transport, std::unique_ptr<Session> session,
             Version version, ConnectionTimes times);

  /// Begins to read. `changed` is called when it may take more, or has closed; it may drop the connection.
  void run(std::function<void()> changed);
  /// Ends everything with `why`; `changed` is not called any more. Waiting coroutines go on in a later turn
  /// of the loop.
  void close(const Status& why);

  /// REQUIRES capacity() > 0. Written with all else that is started in this turn of the loop.
  void start(std::shared_ptr<Exchange> exchange);
  void upload_ready(Exchange& exchange) override;
  void received_taken(Exchange& exchange, std::size_t bytes) override;
  void cancel(Exchange& exchange) override;

  std::size_t capacity() const { return closed_ ? 0 : session_->capacity(); }
  std::size_t active() const { return session_->active(); }
  bool closed() const { return closed_; }
  Version version() const { return version_; }
  /// Whether it was used before: then the server may be closing it just now.
  bool was_used() const { return was_used_; }

 private:
  using Clock = std::chrono::steady_clock;

  void on_readable();
  void read_some();
  void break_off(const Status& why);
  void settle_later();
  void settle();
  void flush();
  void notify_woken();
  void shut();
  void watch_socket();
  void watch_clock();
  Clock::time_point deadline() const;
  void on_deadline();

  Loop& loop_;
  std::unique_ptr<transport::Transport> transport_;
  std::unique_ptr<Session> session_;
  const Version version_;
  const ConnectionTimes times_;
  std::function<void()> changed_;
  std::string out_;
  std::size_t out_written_ = 0;
  bool reading_ = false, writing_ = false;  // a wait on the socket is under way
  bool settling_ = false, settle_posted_ = false, dirty_ = false;
  bool read_dry_ = false;      // the socket had nothing more: wait for it; else read again
  bool write_failed_ = false;  // what the server said before is still to be read
  bool broken_ = false;        // the socket is of no use any more
  bool closed_ = false;
  bool was_used_ = false;
  bool pinged_ = false;
  Loop::TimerId timer_ = 0;
  Clock::time_point timer_at_;
  Clock::time_point last_input_, idle_since_, pinged_at_;
};

}  // namespace pedalion::http::client
