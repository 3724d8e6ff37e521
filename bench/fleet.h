#pragma once
// Many connections to one server, and closed loops of requests over them.
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/report.h"
#include "bench/target.h"
#include "pedalion/base/loop.h"
#include "pedalion/base/task.h"
#include "pedalion/http/client.h"

namespace pedalion::bench {

/// How many connections, and how many requests at once on each (HTTP/1.1: one).
struct Shape {
  http::Version version = http::Version::kHttp11;
  int connections = 1;
  int streams = 1;

  int requests_at_once() const { return connections * streams; }
  const char* protocol() const { return version == http::Version::kHttp2 ? "2" : "1.1"; }
  std::string text() const;
};

struct Call {
  std::string method, target, body, content_type;
  std::string accept = {};  // empty: JSON
};

struct LoadLimits {
  std::chrono::milliseconds duration{0};  // 0: none
  std::uint64_t count = 0;                // of calls, of all workers together; 0: no limit
};

struct Measured {
  std::uint64_t operations = 0, bytes = 0;
  double seconds = 0;
  double cpu_us_per_operation = 0;
  Samples samples;
  std::string problem;  // the first call that failed, and how; empty: none
};

/// Its clients belong to `loop`; its methods are called from another thread and block it.
class Fleet {
 public:
  Fleet(Loop& loop, Target target, Shape shape);
  ~Fleet();

  /// Each of the shape's requests at once is a worker that calls `make(worker, count)` (on the loop) and
  /// sends what it gives, until a limit is reached or a call fails. Any status below 300 is a success.
  Measured run(std::function<Call(int worker, std::uint64_t count)> make, LoadLimits limits);
  /// One call, with its answer's body.
  Result<std::string> call(Call call);
  /// Opens every connection with one call of its own.
  Result<bool> warm_up(const Call& call);

  Loop& loop() { return loop_; }
  const Target& target() const { return target_; }
  const Shape& shape() const { return shape_; }
  http::Client& client_of(int worker) { return *clients_[static_cast<std::size_t>(worker / shape_.streams)]; }
  http::Request request(Call call) const;

 private:
  Loop& loop_;
  const Target target_;
  const Shape shape_;
  std::vector<std::unique_ptr<http::Client>> clients_;
};

/// Runs `work` on the loop and waits for its end.
void run_on(Loop& loop, std::move_only_function<void()> work);
/// Waits for the task, which is made and run on the loop.
template <class T>
T await_on(Loop& loop, std::move_only_function<Task<T>()> make);

}  // namespace pedalion::bench

#include <future>

template <class T>
T pedalion::bench::await_on(Loop& loop, std::move_only_function<Task<T>()> make) {
  std::promise<T> result;
  loop.post([&] { spawn(make(), [&](T value) { result.set_value(std::move(value)); }); });
  return result.get_future().get();
}
