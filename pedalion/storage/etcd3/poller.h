#pragma once
// Where gRPC's answers come in: one thread waits for them all, and hands on together what has come together.
#include <grpcpp/completion_queue.h>

#include <thread>

#include "pedalion/base/task.h"

namespace pedalion::storage::etcd3 {

/// Something under way at gRPC, which knows it by its address.
class Operation {
 public:
  virtual ~Operation() = default;
  /// On the poller's thread: be quick, and wait for nothing that comes in here. Returns who goes on, after
  /// which this may be gone.
  virtual Resumption ended(bool ok) = 0;
};

class Poller {
 public:
  Poller();
  /// All operations have ended.
  ~Poller();

  /// For operations' tags.
  grpc::CompletionQueue& queue() { return queue_; }

 private:
  void run();

  grpc::CompletionQueue queue_;
  std::thread thread_;
};

}  // namespace pedalion::storage::etcd3
