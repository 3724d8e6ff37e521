#pragma once
// What runs once after the server listens, each with a health check of its own: poststarthook/<name>.
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "pedalion/base/status.h"
#include "pedalion/server/health.h"

namespace pedalion::controlplane {

/// The outcome of each hook. Hooks are added before the server listens; all else is thread-safe.
class Hooks {
 public:
  void add(std::string name);
  void finished(std::string_view name, Result<void> outcome);
  bool all_finished() const;
  /// One check a hook, failing until it has finished well. They refer to this object.
  std::vector<server::HealthCheck> checks() const;

 private:
  struct Hook {
    std::string name;
    Result<void> outcome;
  };
  Result<void> outcome_of(std::size_t index) const;

  mutable std::mutex mutex_;  // guards the outcomes
  std::deque<Hook> hooks_;
};

}  // namespace pedalion::controlplane
