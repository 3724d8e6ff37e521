#pragma once
// Where the server is in its life: starting, serving, draining. What readyz and the wait-group filter look
// at.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>

namespace pedalion::server {

class Lifecycle;

struct RequestEnd {
  void operator()(Lifecycle* lifecycle) const;
};
/// Counts one request as running for as long as it is held.
using RunningRequest = std::unique_ptr<Lifecycle, RequestEnd>;

/// Thread-safe. Outlives the requests that it counts.
class Lifecycle {
 public:
  /// SIGTERM was seen: readyz fails from now on, requests are still served.
  void begin_shutdown() { shutting_down_.store(true, std::memory_order_release); }
  bool is_shutting_down() const { return shutting_down_.load(std::memory_order_acquire); }

  /// New requests are refused from now on.
  void refuse_new_requests() { refusing_.store(true); }
  bool is_refusing() const { return refusing_.load(); }

  RunningRequest request_started() {
    running_.fetch_add(1, std::memory_order_relaxed);
    return RunningRequest(this);
  }
  /// Waits until no request is running; false when `limit` passed first.
  bool wait_until_idle(std::chrono::milliseconds limit);

 private:
  friend RequestEnd;
  void request_ended();

  std::atomic<bool> shutting_down_{false}, refusing_{false};
  std::atomic<int> running_{0};
  std::mutex mutex_;  // guards nothing but the sleep on idle_
  std::condition_variable idle_;
};

}  // namespace pedalion::server
