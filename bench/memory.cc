// What many objects take.
#include <fmt/format.h>

#include <thread>

#include "bench/objects.h"
#include "bench/scenario.h"

namespace pedalion::bench {

Result<bool> measure_objects(Bench& bench) {
  constexpr std::size_t kSentBytes = 800;  // about 1 kB with the metadata that the server adds
  TRY(auto target, bench.server());
  const auto space = bench.name_space("objects");
  const auto count = static_cast<std::uint64_t>(bench.settings().many_objects);
  const double before = memory_of(target.pid).resident_mb;
  Fleet setup(bench.loop(), target, Shape{});
  TRY(auto measured, fill(setup, space, count, kSentBytes));
  std::this_thread::sleep_for(std::chrono::seconds(3));
  TRY(auto one, setup.call({"GET", path(space, "configmaps", "cm-0"), {}, {}}));
  const auto memory = memory_of(target.pid);
  Row row = row_of("objects", setup, std::move(measured));
  row.protocol = "2";
  row.shape = fmt::format("{} objects", count);
  row.rss_mb = memory.resident_mb;
  row.more = {{"object_bytes", static_cast<double>(one.size())},
              {"bytes_per_object", (memory.resident_mb - before) * 1048576 / static_cast<double>(count)},
              {"peak_mb", memory.peak_mb}};
  bench.add(std::move(row));
  return true;
}

}  // namespace pedalion::bench
