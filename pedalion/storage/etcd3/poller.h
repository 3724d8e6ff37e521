#pragma once
// Where gRPC's answers come in: one thread waits for them all, and hands on together what has come together.
#include <grpcpp/completion_queue.h>

#include <atomic>
#include <thread>

#include "pedalion/base/task.h"

namespace pedalion::storage::etcd3 {

/// Something under way at gRPC, which knows it by its tag.
class Operation {
 public:
  virtual ~Operation() = default;

  /// For one call of gRPC's, which begins something. What happened before is seen where it ends.
  void* tag() {
    given_.store(true, std::memory_order_release);
    return this;
  }
  /// Of a tag that has come back.
  static Operation& of(void* tag) {
    auto* operation = static_cast<Operation*>(tag);
    operation->given_.load(std::memory_order_acquire);
    return *operation;
  }

  /// On the poller's thread: be quick, and wait for nothing that comes in here. Returns who goes on, after
  /// which this may be gone.
  virtual Resumption ended(bool ok) = 0;

 private:
  // gRPC orders begin and end itself, but not where the thread sanitizer could see it.
  std::atomic<bool> given_{false};
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
