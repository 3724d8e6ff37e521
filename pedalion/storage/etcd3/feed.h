#pragma once
// One watch of everything that etcd holds, shared by all watchers of this store: so the order of all writes
// is known, and how far it has come is known without asking.
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "pedalion/storage/etcd3/connection.h"
#include "pedalion/storage/etcd3/watch_stream.h"
#include "pedalion/storage/watch_hub.h"

namespace pedalion::storage::etcd3 {

/// Thread-safe. Follows etcd from a revision on; after a break it goes on behind what it delivered last. When
/// that has been compacted meanwhile, all watchers fail with 410 and it goes on from the present. The whole
/// key space is watched, not a prefix of it: every revision then is an event, and none has to be asked for
/// (progress requests of etcd before 3.4.31 and 3.5.13 overtake events).
class Feed {
 public:
  /// `connection` is borrowed. `from`: the revision that new watchers are current at.
  Feed(Connection& connection, Revision from);
  /// Every watch has been destroyed before.
  ~Feed();

  std::unique_ptr<Watch> watch(std::string prefix, Revision after, WatchSink& sink);
  std::size_t watches() const;

 private:
  class Stream;
  class RunningWatch;

  void run(Revision from);
  /// Returns where to go on; 0: the program ends.
  Revision restart_after_compaction();
  void catch_up(const std::shared_ptr<Watcher>& watcher);
  /// Fails with 410 when what followed `after` may be forgotten. etcd itself lets watches begin at the
  /// compacted revision, whose deletions are gone already.
  Result<void> require_kept(Revision after);
  Result<void> read_up(const std::shared_ptr<Watcher>& watcher);
  /// False when it is over.
  bool pause(std::chrono::milliseconds time);
  bool stopping();

  Connection& connection_;
  WatchHub hub_;

  mutable std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  bool stopping_ = false;
  int readers_ = 0;  // threads that read up
  std::set<WatchStream*> streams_;
  std::set<std::shared_ptr<Watcher>> watchers_;

  std::thread thread_;  // last: uses all the above
};

}  // namespace pedalion::storage::etcd3
