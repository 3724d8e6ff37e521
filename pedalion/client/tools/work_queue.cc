#include "pedalion/client/tools/work_queue.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "pedalion/base/signal.h"
#include "pedalion/base/wait_list.h"
#include "pedalion/client/rest/rate_limiter.h"

namespace pedalion::client::tools {
namespace {
using TimePoint = std::chrono::steady_clock::time_point;
}

struct WorkQueue::Rep : std::enable_shared_from_this<Rep> {
  Rep(Loop& loop, WorkQueueOptions given)
      : loop(loop), options(std::move(given)), limiter(options.qps, options.burst, now()), timer(loop) {}

  TimePoint now() const { return options.clock ? options.clock() : std::chrono::steady_clock::now(); }

  void add(std::string key) {
    if (closed || !dirty.insert(key).second || processing.contains(key)) return;
    queue.push_back(std::move(key));
    wake_soon();
  }

  void add_after(std::string key, std::chrono::nanoseconds delay) {
    if (closed) return;
    if (delay <= delay.zero()) return add(std::move(key));
    const TimePoint at = now() + delay;
    auto known = delayed.find(key);
    if (known != delayed.end() && known->second <= at) return;
    if (known != delayed.end()) due.erase({known->second, key});
    delayed[key] = at;
    due.insert({at, std::move(key)});
    set_timer();
  }

  void set_timer() {
    if (due.empty()) return timer.stop();
    timer.start(std::max(due.begin()->first - now(), Duration::zero()), [this] { take_due(); });
  }

  void take_due() {
    const TimePoint until = now();
    while (!due.empty() && due.begin()->first <= until) {
      std::string key = due.extract(due.begin()).value().second;
      delayed.erase(key);
      add(std::move(key));
    }
    set_timer();
  }

  Duration delay_of(const std::string& key) {
    const int exponent = failed[key]++;
    const double wanted =
        std::ldexp(static_cast<double>(options.first_delay.count()), std::min(exponent, 62));
    const auto own = std::chrono::milliseconds(
        static_cast<std::int64_t>(std::min(wanted, static_cast<double>(options.last_delay.count()))));
    return std::max<Duration>(own, limiter.reserve(now()));
  }

  /// One turn later, so that no worker runs inside of who adds. The queue may be gone by then.
  void wake_soon() {
    if (std::exchange(waking, true)) return;
    loop.post([self = weak_from_this()] {
      auto rep = self.lock();
      if (!rep) return;
      rep->waking = false;
      rep->wake();
    });
  }

  void wake() {
    // Whoever is woken takes a key before it waits again.
    while (!waiting.empty() && (closed || !queue.empty())) waiting.notify_one();
  }

  Loop& loop;
  WorkQueueOptions options;
  rest::RateLimiter limiter;
  Timer timer;
  std::deque<std::string> queue;
  std::unordered_set<std::string> dirty, processing;  // to be worked at (again); being worked at
  std::unordered_map<std::string, int> failed;
  std::unordered_map<std::string, TimePoint> delayed;
  std::set<std::pair<TimePoint, std::string>> due;  // the same by time
  WaitList waiting;                                 // workers
  bool waking = false, closed = false;
};

WorkQueue::WorkQueue(Loop& loop, WorkQueueOptions options)
    : rep_(std::make_shared<Rep>(loop, std::move(options))) {}
WorkQueue::~WorkQueue() = default;

void WorkQueue::add(std::string key) { rep_->add(std::move(key)); }
void WorkQueue::add_after(std::string key, std::chrono::nanoseconds delay) {
  rep_->add_after(std::move(key), delay);
}
void WorkQueue::add_rate_limited(std::string key) {
  const Duration delay = rep_->delay_of(key);
  rep_->add_after(std::move(key), delay);
}
void WorkQueue::forget(const std::string& key) { rep_->failed.erase(key); }
int WorkQueue::failures(const std::string& key) const {
  auto found = rep_->failed.find(key);
  return found == rep_->failed.end() ? 0 : found->second;
}

Task<std::optional<std::string>> WorkQueue::next() {
  Rep& rep = *rep_;
  while (rep.queue.empty() && !rep.closed) co_await rep.waiting.wait();
  if (rep.queue.empty()) co_return std::nullopt;
  std::string key = std::move(rep.queue.front());
  rep.queue.pop_front();
  rep.dirty.erase(key);
  rep.processing.insert(key);
  co_return key;
}

void WorkQueue::done(const std::string& key) {
  if (rep_->processing.erase(key) == 0 || !rep_->dirty.contains(key)) return;
  rep_->queue.push_back(key);
  rep_->wake_soon();
}

std::size_t WorkQueue::size() const { return rep_->queue.size(); }
bool WorkQueue::shutting_down() const { return rep_->closed; }

void WorkQueue::shut_down() {
  rep_->closed = true;
  rep_->timer.stop();
  rep_->due.clear();
  rep_->delayed.clear();
  rep_->wake_soon();
}

}  // namespace pedalion::client::tools
