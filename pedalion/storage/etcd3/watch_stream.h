#pragma once
// One stream of etcd's watch: all keys, from a revision on.
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "pedalion/storage/etcd3/connection.h"
#include "pedalion/storage/etcd3/poller.h"
#include "pedalion/storage/store.h"

namespace pedalion::storage::etcd3 {

/// The events of whole revisions.
struct Batch {
  std::vector<Event> events;
  Revision upto = 0;
};

/// For one thread, which is not the connection's poller; only cancel() is for others. Nothing is read before
/// it is asked for.
class WatchStream final : private Operation {
 public:
  /// The events after `after`. `connection` is borrowed.
  WatchStream(Connection& connection, Revision after);
  ~WatchStream() override;

  void cancel() { context_.TryCancel(); }

  /// Waits for the next events.
  Result<Batch> next();
  /// Hands all that comes to `receive`, on the poller's thread, waits for the end and says why it came.
  Status follow(std::function<void(Batch)> receive);

 private:
  // What gRPC is doing: one thing at a time.
  enum class At { kOpening, kAsking, kResting, kReading, kEnding, kEnded };

  Resumption ended(bool ok) override;
  void read_locked();
  void end_locked();
  /// Takes over what has been read. False: there is more to read before it is whole.
  Result<bool> absorb();
  void hand_out(std::unique_lock<std::mutex>& lock);
  Status why_ended() const;

  grpc::ClientContext context_;
  pb::WatchRequest request_;
  std::unique_ptr<grpc::ClientAsyncReaderWriter<pb::WatchRequest, pb::WatchResponse>> stream_;
  pb::WatchResponse response_;  // belongs to the read under way
  Batch coming_;                // belongs to the poller

  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  At at_ = At::kOpening;
  bool wanted_ = false, leaving_ = false;
  std::function<void(Batch)> receive_;
  std::optional<Batch> batch_;
  std::optional<Status> failure_;  // what etcd said in the stream
  grpc::Status status_;
};

}  // namespace pedalion::storage::etcd3
