#pragma once
// Workers at a queue of keys: the loop that most controllers are.
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "pedalion/base/signal.h"
#include "pedalion/base/status.h"
#include "pedalion/client/tools/work_queue.h"

namespace pedalion::controllers {

/// Belongs to the loop. Has to be the last member of whoever `sync` uses: its end calls all workers off.
class KeyedWorker {
 public:
  /// Brings what `key` names to where it should be. What fails is tried again, after a while that doubles.
  using Sync = std::function<Task<Result<void>>(std::string key)>;
  /// `ready`: awaited by each worker before its first key (that its informers have all there is).
  using Ready = std::function<Task<void>()>;
  KeyedWorker(Loop& loop, std::string name, int workers, Sync sync, Ready ready = {});

  void add(std::string key) { queue_.add(std::move(key)); }
  void add_after(std::string key, std::chrono::milliseconds delay) {
    queue_.add_after(std::move(key), delay);
  }
  /// Of a key: how often it has failed since it last went well.
  int failures(const std::string& key) const { return queue_.failures(key); }

 private:
  Task<void> work();

  std::string name_;
  Sync sync_;
  Ready ready_;
  client::tools::WorkQueue queue_;
  std::vector<Job> jobs_;  // the last member: they use all others
};

}  // namespace pedalion::controllers
