#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include "pedalion/http/asio_loop_internal.h"
#include "pedalion/http/client.h"

namespace pedalion::http {
namespace {

/// A loop on a thread of its own, which ends with it, after what was posted to it.
class LoopThread final : public AsioLoop {
 public:
  explicit LoopThread(std::string name)
      : thread_([this, name = std::move(name)] {
          pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
          run();
        }) {}
  ~LoopThread() override {
    post([this] { stop(); });
    thread_.join();
  }

 private:
  std::thread thread_;
};

}  // namespace

AsioLoop::AsioLoop() : context_(1), timer_(context_) {}
AsioLoop::~AsioLoop() = default;

void AsioLoop::post(std::move_only_function<void()> work) {
  boost::asio::post(context_, [work = std::move(work)]() mutable { work(); });
}

Loop::TimerId AsioLoop::run_after(Duration delay, std::move_only_function<void()> work) {
  TimerId id = ++last_id_;
  work_.emplace(id, std::move(work));
  queue_.push({Clock::now() + std::chrono::duration_cast<Clock::duration>(delay), id});
  arm();
  return id;
}

void AsioLoop::cancel(TimerId timer) {
  if (work_.erase(timer) == 0 || queue_.size() < 1024 || queue_.size() < 4 * work_.size()) return;
  // Most entries are of cancelled timers: begin anew with the others.
  std::vector<Due> left;
  left.reserve(work_.size());
  for (; !queue_.empty(); queue_.pop()) {
    if (work_.contains(queue_.top().id)) left.push_back(queue_.top());
  }
  queue_ = decltype(queue_)(std::greater<>(), std::move(left));
}

void AsioLoop::arm() {
  while (!queue_.empty() && !work_.contains(queue_.top().id)) queue_.pop();
  if (queue_.empty() || queue_.top().at >= armed_for_) return;
  armed_for_ = queue_.top().at;
  timer_.expires_at(armed_for_);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) fire();
  });
}

void AsioLoop::fire() {
  armed_for_ = Clock::time_point::max();
  auto now = Clock::now();
  while (!queue_.empty() && queue_.top().at <= now) {
    auto found = work_.find(queue_.top().id);
    queue_.pop();
    if (found == work_.end()) continue;
    auto work = std::move(found->second);
    work_.erase(found);
    work();
  }
  arm();
}

void AsioLoop::run() {
  set_current(this);
  auto guard = boost::asio::make_work_guard(context_);
  context_.run();
  set_current(nullptr);
}

std::unique_ptr<Loop> make_loop_thread(std::string name) {
  return std::make_unique<LoopThread>(std::move(name));
}

}  // namespace pedalion::http
