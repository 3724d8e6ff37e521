#pragma once
// Several coroutines at once.
#include <memory>
#include <vector>

#include "pedalion/base/signal.h"

namespace pedalion::controllers {

/// Goes on when all of `tasks` have ended, which run side by side on `loop`.
inline Task<void> all_of(Loop& loop, std::vector<Task<void>> tasks) {
  Signal ended;
  std::size_t left = tasks.size();
  bool over = tasks.empty();
  auto alive = std::make_shared<bool>(true);
  struct Counted {
    static Task<void> run(Task<void> task, Loop* loop, std::weak_ptr<bool> alive, std::size_t* left,
                          bool* over, Signal* ended) {
      co_await task;
      if (--*left != 0) co_return;
      // On a later turn: whoever waits does away with this coroutine.
      loop->post([alive, over, ended] {
        if (alive.expired()) return;
        *over = true;
        ended->notify();
      });
    }
  };
  std::vector<Job> jobs;
  for (auto& task : tasks)
    jobs.emplace_back(Counted::run(std::move(task), &loop, alive, &left, &over, &ended));
  while (!over) co_await ended.wait();
}

}  // namespace pedalion::controllers
