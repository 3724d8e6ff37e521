#pragma once
// The steps that one request took, with the time in each: what `pedalion trace` and slow-request logs show.
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace pedalion {

/// Belongs to one request; not thread-safe. Recording is off by default, and step() then costs one branch.
class Trace {
 public:
  struct Step {
    std::string name;
    std::chrono::nanoseconds at{};  // since the trace was enabled
  };
  void enable() {
    enabled_ = true;
    start_ = std::chrono::steady_clock::now();
  }
  bool enabled() const { return enabled_; }
  /// Marks that `name` has just been completed.
  void step(std::string_view name) {
    if (enabled_) steps_.push_back({std::string(name), std::chrono::steady_clock::now() - start_});
  }
  const std::vector<Step>& steps() const { return steps_; }

 private:
  bool enabled_ = false;
  std::chrono::steady_clock::time_point start_;
  std::vector<Step> steps_;
};

}  // namespace pedalion
