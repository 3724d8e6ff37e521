#pragma once
// A few threads for reads that may wait for the disk, so that no event loop does. They start with the first
// job.
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace pedalion::storage {

/// Thread-safe. Destroying it runs what is queued (see stopping()) and joins the threads.
class ReaderPool {
 public:
  using Job = std::move_only_function<void()>;

  ReaderPool(std::size_t threads, std::size_t queue_limit)
      : threads_limit_(threads), queue_limit_(queue_limit) {}
  ~ReaderPool() { stop(); }
  ReaderPool(const ReaderPool&) = delete;
  ReaderPool& operator=(const ReaderPool&) = delete;

  /// False when the queue is full or the pool has stopped; the job will then not run.
  bool submit(Job job);

  /// Long jobs look here and end early.
  bool stopping() const;
  void stop();

 private:
  void run();

  const std::size_t threads_limit_, queue_limit_;
  mutable std::mutex mutex_;  // guards all below
  std::condition_variable filled_;
  std::deque<Job> jobs_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool stopping_ = false;
};

}  // namespace pedalion::storage
