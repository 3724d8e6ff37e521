#pragma once
// The connections of one client, and the requests that wait for one.
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "pedalion/base/loop.h"
#include "pedalion/base/task.h"
#include "pedalion/http/client.h"
#include "pedalion/http/client/connection.h"
#include "pedalion/http/client/dialer.h"

namespace pedalion::http::client {

/// Belongs to one loop; shared by the client and what is under way.
class Pool : public std::enable_shared_from_this<Pool> {
 public:
  Pool(Loop& loop, ClientOptions options, std::shared_ptr<Dialer> dialer);

  /// kFresh: HTTP/1.1 ones that lie idle are suspect and are closed. kUpgrade: one of its own, for this
  /// exchange only, which does not count among options().connections.
  enum class Wanted { kAny, kFresh, kUpgrade };

  /// A connection that takes one more exchange; the caller starts it before it does anything else. Fails with
  /// 503 or 504.
  static Task<Result<std::shared_ptr<Connection>>> acquire(std::shared_ptr<Pool> self, Wanted wanted);

  /// Closes all; what waits fails.
  void close();

  const ClientOptions& options() const { return options_; }

 private:
  struct Waiter {
    Signal signal;
    std::shared_ptr<Connection> given;
    std::optional<Status> failure;
    bool left = false;  // its coroutine has been destroyed
  };

  static Task<Result<std::shared_ptr<Connection>>> await_given(std::shared_ptr<Waiter> waiter);
  static Task<void> dial_for_upgrade(std::shared_ptr<Pool> self, std::shared_ptr<Waiter> waiter);
  void adopt_upgrading(const std::shared_ptr<Connection>& connection);
  std::shared_ptr<Connection> pick();
  void on_change();
  void serve_waiters();
  void dial_for_waiters();
  static Task<void> dial(std::shared_ptr<Pool> self);
  void adopt(std::shared_ptr<Connection> connection);
  void fail_waiters(const Status& why);

  Loop& loop_;
  const ClientOptions options_;
  std::shared_ptr<Dialer> dialer_;
  std::vector<std::shared_ptr<Connection>> connections_;
  std::vector<std::shared_ptr<Connection>> upgrading_;  // or upgraded
  std::deque<std::shared_ptr<Waiter>> waiters_;
  std::size_t dialing_ = 0;
  std::optional<Version> spoken_;  // by the server, as far as is known
  bool closed_ = false;
};

}  // namespace pedalion::http::client
