#pragma once
// The event loop over Asio. For this library's sources only.
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <queue>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "pedalion/base/loop.h"

namespace pedalion::http {

/// One Asio timer serves all of the loop's: what is due is run when it fires. Timers that were cancelled cost
/// nothing but their entry until their time comes.
class AsioLoop : public Loop {
 public:
  AsioLoop();
  ~AsioLoop() override;

  void post(std::move_only_function<void()> work) override;
  TimerId run_after(Duration delay, std::move_only_function<void()> work) override;
  void cancel(TimerId timer) override;

  boost::asio::io_context& io_context() { return context_; }
  /// Runs what comes in until stop(). Called once, on the thread that becomes the loop's.
  void run();
  /// Thread-safe.
  void stop() { context_.stop(); }

 private:
  using Clock = std::chrono::steady_clock;
  struct Due {
    Clock::time_point at;
    TimerId id;
    bool operator>(const Due& other) const { return at != other.at ? at > other.at : id > other.id; }
  };
  void arm();
  void fire();

  boost::asio::io_context context_;
  boost::asio::steady_timer timer_;
  Clock::time_point armed_for_ = Clock::time_point::max();
  std::priority_queue<Due, std::vector<Due>, std::greater<>> queue_;
  std::unordered_map<TimerId, std::move_only_function<void()>> work_;
  TimerId last_id_ = 0;
};

}  // namespace pedalion::http
