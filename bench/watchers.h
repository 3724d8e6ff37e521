#pragma once
// Many watches at once, each a stream that counts the events it gets.
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "bench/fleet.h"

namespace pedalion::bench {

/// As many watches of one collection as the fleet's shape has requests at once. Called from a thread other
/// than the loop's.
class Watchers {
 public:
  /// Opens them from `resource_version` on and returns when all have been answered. Fails when one is
  /// refused.
  static Result<std::unique_ptr<Watchers>> open(Fleet& fleet, const std::string& collection,
                                                const std::string& resource_version);
  /// Ends them.
  ~Watchers();

  /// Until all together have got `events` events since open(). False after ten seconds without one.
  bool wait_for(std::uint64_t events);
  std::uint64_t events() const;
  /// From then on each event's delay is measured from now.
  void start_clock();
  Samples take_samples();

 private:
  struct State;
  Watchers();
  static Task<void> watch(std::shared_ptr<State> state, http::Client* client, http::Request request);
  std::shared_ptr<State> state_;
};

}  // namespace pedalion::bench
