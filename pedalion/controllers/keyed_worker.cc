#include "pedalion/controllers/keyed_worker.h"

#include "pedalion/base/log.h"
#include "pedalion/controllers/requests.h"

namespace pedalion::controllers {
namespace {

const client::tools::WorkQueueOptions kQueue{.first_delay = std::chrono::milliseconds(5),
                                             .last_delay = std::chrono::milliseconds(1000000)};

}  // namespace

KeyedWorker::KeyedWorker(Loop& loop, std::string name, int workers, Sync sync, Ready ready)
    : name_(std::move(name)), sync_(std::move(sync)), ready_(std::move(ready)), queue_(loop, kQueue) {
  for (int count = 0; count < workers; ++count) jobs_.emplace_back(work());
}

Task<void> KeyedWorker::work() {
  if (ready_) co_await ready_();
  while (auto key = co_await queue_.next()) {
    auto done = co_await sync_(*key);
    if (done) {
      queue_.forget(*key);
    } else {
      // Someone else wrote first, or took it away: that is the way of things.
      const auto& error = done.error();
      bool usual = error.code == 409 || is_not_found(error) || is_namespace_ending(error);
      auto level = usual ? log::Level::kDebug : log::Level::kWarning;
      log::write(level, "a controller tries again",
                 {{"controller", name_}, {"key", *key}, {"error", done.error().message}});
      queue_.add_rate_limited(*key);
    }
    queue_.done(*key);
  }
}

}  // namespace pedalion::controllers
