#pragma once
// One leader among several programs, by a Lease that the leader renews and the others wait for.
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "pedalion/client/api/dynamic_client.h"

namespace pedalion::client::tools {

struct LeaderElectionOptions {
  std::string namespace_name, name;  // of the Lease
  std::string identity;              // of this program, unlike any other's
  /// How long others wait after a renewal; how long the leader tries to renew before it gives up; between
  /// tries. Each is longer than the next.
  std::chrono::milliseconds lease_duration{15000}, renew_deadline{10000}, retry_period{2000};
  bool release_on_stop = true;
  /// Called on the loop. None of them may destroy the elector or call stop().
  std::function<void()> on_started_leading, on_stopped_leading;
  std::function<void(const std::string& identity)> on_new_leader;  // of anyone, this program, too; "": nobody
  std::function<void(const Status&)> on_error;                     // it goes on by itself
  /// Where the time is from; empty: the steady clock.
  std::function<std::chrono::steady_clock::time_point()> clock;
};

/// Who leads may be out of date for a moment: this is no fence. Clocks need not agree, only run alike: what
/// counts is when this program saw a renewal.
class LeaderElector {
 public:
  LeaderElector(rest::RestClient& client, LeaderElectionOptions options);
  /// Lets a lease that is held run out.
  ~LeaderElector();
  LeaderElector(const LeaderElector&) = delete;
  LeaderElector& operator=(const LeaderElector&) = delete;

  /// Tries to become the leader, then to stay it. Ends by itself when it could not renew in time; may be
  /// started again after that.
  void start();
  /// Gives up: a lease that is held is released, so that another may lead at once.
  Task<void> stop();
  bool running() const;
  bool leading() const;
  /// Who led when this program last looked; empty: nobody, or not known.
  const std::string& leader() const;

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

}  // namespace pedalion::client::tools
