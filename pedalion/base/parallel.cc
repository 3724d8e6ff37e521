#include "pedalion/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <thread>

namespace pedalion {
namespace {

constexpr std::size_t kPiece = 64;  // things that a thread takes at once

}  // namespace

/// The last of its threads to end tells the waiter.
struct Parallel::Round {
  Round(std::size_t count, std::size_t threads, Work work)
      : count(count), running(threads), work(std::move(work)) {}
  const std::size_t count;
  std::atomic<std::size_t> next = 0, running;
  const Work work;
  std::mutex mutex;  // guards failure
  std::exception_ptr failure;
  Completion<bool> done;
};

Parallel::~Parallel() {
  std::unique_lock lock(mutex_);
  ended_.wait(lock, [this] { return running_ == 0; });
}

Task<void> Parallel::each(std::size_t count, Work work, Here here) {
  std::size_t threads = std::min<std::size_t>(std::thread::hardware_concurrency(), count / (2 * kPiece));
  if (here == Here::kNever && count > 0) threads = std::max<std::size_t>(threads, 1);
  if (threads < 2 && (here == Here::kWhenFew || count == 0)) {
    for (std::size_t i = 0; i < count; ++i) work(i);
    co_return;
  }
  auto round = std::make_shared<Round>(count, threads, std::move(work));
  {
    std::lock_guard lock(mutex_);
    running_ += threads;
  }
  for (std::size_t i = 0; i < threads; ++i) std::thread([this, round] { run(*round); }).detach();
  co_await round->done;
  if (round->failure) std::rethrow_exception(round->failure);
}

void Parallel::run(Round& round) {
  try {
    for (std::size_t begin = round.next.fetch_add(kPiece); begin < round.count;
         begin = round.next.fetch_add(kPiece)) {
      for (std::size_t i = begin; i < std::min(round.count, begin + kPiece); ++i) round.work(i);
    }
  } catch (...) {
    std::lock_guard lock(round.mutex);
    round.failure = std::current_exception();
  }
  if (round.running.fetch_sub(1) == 1) round.done.complete(true);
  std::lock_guard lock(mutex_);
  if (--running_ == 0) ended_.notify_all();
}

}  // namespace pedalion
