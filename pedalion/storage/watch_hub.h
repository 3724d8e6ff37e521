#pragma once
// Hands each change to the sinks whose prefix it matches: finds them in O(log watches) a change, in revision
// order.
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/storage/store.h"

namespace pedalion::storage {

/// One watch's place in the stream. Deliveries to it are serialised; closing waits for the one under way,
/// except on the thread that makes it.
class Watcher {
 public:
  Watcher(std::string prefix, Revision after, WatchSink& sink)
      : prefix_(std::move(prefix)),
        wants_previous_values_(sink.wants_previous_values()),
        sink_(&sink),
        position_(after) {}

  const std::string& prefix() const { return prefix_; }
  bool wants_previous_values() const { return wants_previous_values_; }
  bool closed() const { return closed_.load(std::memory_order_acquire); }
  Revision position() const;

  /// Gives what is newer than the position; the position then is `upto`.
  void deliver(std::vector<Event> events, Revision upto);
  void fail(Status status);
  void close();

 private:
  const std::string prefix_;
  const bool wants_previous_values_;
  mutable std::recursive_mutex mutex_;  // held while the sink is called; guards sink_ and position_
  WatchSink* const sink_;
  Revision position_;
  std::atomic<bool> closed_{false};
};

/// Thread-safe, but publish() is called by one thread only.
class WatchHub {
 public:
  using PreviousValue = std::function<Bytes(const Event&)>;

  /// `revision`: what has been published so far.
  explicit WatchHub(Revision revision) : revision_(revision) {}

  /// Makes the watcher live if it has seen all that was published; false: it has to read up first.
  bool attach_if_current(const std::shared_ptr<Watcher>& watcher);
  void detach(const std::shared_ptr<Watcher>& watcher);

  /// What a watcher that reads up should reach.
  Revision revision() const;

  /// Delivers the changes up to `upto` to the live watchers. `previous` is asked only where a sink wants it.
  void publish(std::vector<Event> events, Revision upto, const PreviousValue& previous);

 private:
  /// The watchers of one prefix. `parent`: index of the longest other prefix that this one begins with, or
  /// -1.
  struct Group {
    std::string prefix;
    int parent = -1;
    bool wants_previous_values = false;
    std::vector<std::shared_ptr<Watcher>> watchers;
    std::vector<std::size_t> matching;  // indices of the events being published
  };

  void rebuild_table();
  void match(const std::vector<Event>& events);

  mutable std::mutex mutex_;  // guards live_, changed_ and revision_
  std::map<std::string, std::vector<std::shared_ptr<Watcher>>> live_;
  bool changed_ = false;
  Revision revision_;

  std::vector<Group> table_;  // the publishing thread's own copy of live_, by prefix
};

}  // namespace pedalion::storage
