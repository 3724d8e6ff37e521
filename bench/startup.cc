// From exec to a server that says it is ready, and what it costs to have one that does nothing.
#include <thread>

#include "bench/scenario.h"

namespace pedalion::bench {
namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

enum class Data { kFresh, kKept };

Result<Row> start_repeatedly(Bench& bench, Data data, int times) {
  Samples samples;
  double cpu_ms = 0, resident = 0, anonymous = 0;
  for (int i = 0; i < times; ++i) {
    auto former = data == Data::kKept ? bench.take_server() : nullptr;
    if (former) former->stop();
    TRY(auto* server, bench.launch(std::move(former)));
    TRY_OK(bench.wait_until_ready(server->target()));
    samples.add(Milliseconds(std::chrono::steady_clock::now() - server->started()).count() * 1000);
    cpu_ms += static_cast<double>(cpu_nanoseconds(server->target().pid)) / 1e6 / times;
    if (i + 1 < times) continue;
    std::this_thread::sleep_for(std::chrono::seconds(2));
    auto memory = memory_of(server->target().pid);
    resident = memory.resident_mb;
    anonymous = memory.anonymous_mb;
  }
  Row row;
  row.scenario = "startup";
  row.protocol = "1.1";
  row.shape = data == Data::kFresh ? "new data" : "same data again";
  row.latencies = samples.latencies();
  row.rss_mb = resident;
  row.more = {{"ready_ms", row.latencies.p50 / 1000}, {"cpu_ms", cpu_ms}, {"anonymous_mb", anonymous}};
  return row;
}

}  // namespace

Result<bool> measure_startup(Bench& bench) {
  if (!bench.settings().launch) {
    Row row;
    row.scenario = "startup";
    row.shape = "only with --exec";
    bench.add(std::move(row));
    return true;
  }
  const int times = bench.settings().effort == Effort::kQuick ? 3 : 10;
  TRY(auto fresh, start_repeatedly(bench, Data::kFresh, times));
  bench.add(std::move(fresh));
  TRY(auto again, start_repeatedly(bench, Data::kKept, times));
  bench.add(std::move(again));
  return true;
}

}  // namespace pedalion::bench
