#include "pedalion/storage/reader_pool.h"

#include <utility>

namespace pedalion::storage {

bool ReaderPool::submit(Job job) {
  std::lock_guard lock(mutex_);
  if (stopping_ || jobs_.size() >= queue_limit_) return false;
  jobs_.push_back(std::move(job));
  if (idle_ < jobs_.size() && threads_.size() < threads_limit_) threads_.emplace_back([this] { run(); });
  filled_.notify_one();
  return true;
}

bool ReaderPool::stopping() const {
  std::lock_guard lock(mutex_);
  return stopping_;
}

void ReaderPool::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    filled_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    --idle_;
    if (jobs_.empty()) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    job = nullptr;
    lock.lock();
  }
}

void ReaderPool::stop() {
  std::vector<std::thread> threads;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    threads.swap(threads_);
  }
  filled_.notify_all();
  for (std::thread& thread : threads) thread.join();
}

}  // namespace pedalion::storage
