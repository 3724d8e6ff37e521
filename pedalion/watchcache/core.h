#pragma once
// What the parts of a cache share: the present, the past, and the feed from the store that moves them on.
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "pedalion/base/parallel.h"
#include "pedalion/watchcache/cache.h"
#include "pedalion/watchcache/change.h"
#include "pedalion/watchcache/history.h"
#include "pedalion/watchcache/revision_gate.h"
#include "pedalion/watchcache/tree.h"

namespace pedalion::watchcache {

class Hub;

/// The objects as of a revision.
struct View {
  Tree tree;
  Revision revision = 0;
};

/// Thread-safe. Lives as long as somebody holds it; uses the store only until close().
class Core final : public std::enable_shared_from_this<Core>, private storage::WatchSink {
 public:
  Core(storage::Store& store, const ObjectDecoder& decoder, CacheOptions options);
  ~Core() override;

  storage::Store& store() const { return store_; }
  const ObjectDecoder& decoder() const { return decoder_; }
  const CacheOptions& options() const { return options_; }

  Task<Result<void>> load();
  bool loaded() const { return phase_.load(std::memory_order_acquire) == Phase::kReady; }
  /// Ends the feed; waits for the store's call under way.
  void close();

  View view() const;
  Revision revision() const;
  /// The last change that view() has.
  Revision last_change() const;
  /// Fails with 504 after 3 s.
  Task<Result<void>> wait_until(Revision revision);
  /// Waits for what is current in the store now.
  Task<Result<void>> wait_until_current();

  /// Null when it is corrupt, which is logged.
  ObjectPtr decoded(std::string key, const Bytes& value, Revision revision) const;

  struct Past {
    View present;
    Revision begin = 0;             // of the history
    std::vector<BatchPtr> batches;  // those with changes after the wanted revision, unless it is before begin
  };
  Past past(Revision after) const;

  /// past(), and from now on the loop's hub gets every later batch. Called on that loop; the hub stays
  /// connected until disconnect().
  std::pair<Past, std::shared_ptr<Hub>> connect(Loop& loop, Revision after);
  void disconnect(const Hub& hub);

 private:
  enum class Phase : std::uint8_t { kEmpty, kLoading, kReady };
  struct Present {
    Tree tree;
    Revision last_change = 0;  // or the revision of the list that it began with
  };
  struct Listed {
    std::vector<ObjectPtr> objects;
    Revision revision = 0;
  };

  // The store's thread:
  void on_events(std::vector<storage::Event> events) override;
  void on_progress(Revision revision) override;
  void on_error(Status status) override;
  bool wants_previous_values() const override { return false; }

  static Task<void> run_load(std::shared_ptr<Core> self);
  Task<Result<Listed>> list_all();
  Task<Result<void>> list_pages(Listed& listed);
  Result<void> begin(Listed listed);
  void finish_load(const Result<void>& outcome);
  void end_subscriptions();

  Present present() const;
  void publish(Present present);

  void apply(BatchPtr batch, Tree tree);
  Past past_locked(Revision after) const;

  storage::Store& store_;
  const ObjectDecoder& decoder_;
  const CacheOptions options_;

  // Held for no longer than copying takes: readers must not wait for a writer that holds mutex_.
  mutable std::atomic_flag present_lock_;
  Present present_;
  RevisionGate gate_;
  std::atomic<Phase> phase_{Phase::kEmpty};

  mutable std::mutex mutex_;  // guards all below, and orders the writes of the above
  History history_;
  std::vector<std::shared_ptr<Hub>> hubs_;
  std::vector<Completion<Result<void>>*> load_waiters_;
  std::unique_ptr<storage::Watch> watch_;
  std::uint64_t feed_ = 0;  // counts the watches and their ends
  Revision feed_began_ = 0;
  int fruitless_feeds_ = 0;  // in a row, that ended where they began
  bool closed_ = false;

  Parallel parallel_;  // last: its work uses the above
};

}  // namespace pedalion::watchcache
