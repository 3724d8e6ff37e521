// Fan-out of changes to many watchers, and what watchers cost that wait.
#include <fmt/format.h>

#include <thread>

#include "bench/objects.h"
#include "bench/scenario.h"
#include "bench/watchers.h"

namespace pedalion::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kObjectBytes = 2000;

// The list's resource version, to watch from.
Result<std::string> version_of(Fleet& fleet, const std::string& collection) {
  TRY(auto text, fleet.call({"GET", collection + "?limit=1", {}, {}}));
  constexpr std::string_view kName = "\"resourceVersion\":\"";
  auto at = text.find(kName);
  if (at == std::string::npos) return std::unexpected(Status(500, "", "a list without resourceVersion"));
  at += kName.size();
  return text.substr(at, text.find('"', at) - at);
}

Row fan_out_row(const Fleet& fleet, std::string_view rhythm, std::uint64_t events, std::uint64_t cpu,
                double seconds, Samples samples) {
  Row row;
  row.scenario = "watch";
  row.protocol = fleet.shape().protocol();
  row.shape = fmt::format("{}, {}", fleet.shape().text(), rhythm);
  row.per_second = static_cast<double>(events) / seconds;
  row.latencies = samples.latencies();
  row.cpu_us = static_cast<double>(cpu) / 1e3 / static_cast<double>(events);
  row.rss_mb = memory_of(fleet.target().pid).resident_mb;
  return row;
}

// One change after the other, each when all watchers have got the one before: nothing can be coalesced.
Result<bool> one_by_one(Bench& bench, Fleet& writer, Fleet& fleet, Watchers& watchers,
                        const std::string& space) {
  const auto end = Clock::now() + bench.settings().duration;
  const auto start = Clock::now();
  const auto cpu = cpu_nanoseconds(fleet.target().pid);
  const std::uint64_t before = watchers.events();
  std::uint64_t changes = 0;
  const auto count = static_cast<std::uint64_t>(fleet.shape().requests_at_once());
  while (Clock::now() < end) {
    watchers.start_clock();
    TRY_OK(writer.call(annotate(space, "configmaps", "one", changes)));
    ++changes;
    if (!watchers.wait_for(before + changes * count)) {
      return std::unexpected(Status(500, "", "an event did not reach all watchers"));
    }
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  bench.add(fan_out_row(fleet, "1 by 1", changes * count, cpu_nanoseconds(fleet.target().pid) - cpu, seconds,
                        watchers.take_samples()));
  return true;
}

// Sixteen writers as fast as the server takes their changes.
Result<bool> at_full_speed(Bench& bench, Fleet& writers, Fleet& fleet, Watchers& watchers,
                           const std::string& space) {
  const auto start = Clock::now();
  const auto cpu = cpu_nanoseconds(fleet.target().pid);
  const std::uint64_t before = watchers.events();
  const std::uint64_t changes = bench.settings().effort == Effort::kQuick ? 200 : 1000;
  const auto count = static_cast<std::uint64_t>(fleet.shape().requests_at_once());
  auto measured = writers.run(
      [&](int worker, std::uint64_t number) {
        return annotate(space, "configmaps", fmt::format("many-{}", worker), number);
      },
      {.count = changes});
  if (!measured.problem.empty()) return std::unexpected(Status(500, "", measured.problem));
  if (!watchers.wait_for(before + changes * count)) {
    return std::unexpected(Status(500, "", "the events did not reach all watchers"));
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  watchers.take_samples();
  bench.add(fan_out_row(fleet, "16 writers", changes * count, cpu_nanoseconds(fleet.target().pid) - cpu,
                        seconds, {}));
  return true;
}

Result<bool> fan_out(Bench& bench, const Target& target, Shape shape, const std::string& space) {
  Fleet writers(bench.loop(), target, {http::Version::kHttp2, 1, 16});
  Fleet fleet(bench.loop(), target, shape);
  const auto collection = path(space, "configmaps");
  TRY(auto version, version_of(writers, collection));
  TRY(auto watchers, Watchers::open(fleet, collection, version));
  TRY_OK(one_by_one(bench, writers, fleet, *watchers, space));
  TRY_OK(at_full_speed(bench, writers, fleet, *watchers, space));
  return true;
}

// Memory of the connections alone, then with a watch on each of their streams.
Result<bool> idle_on(Bench& bench, const Target& target, Shape shape, const std::string& space) {
  Fleet fleet(bench.loop(), target, shape);
  Fleet other(bench.loop(), target, Shape{});
  const auto collection = path(space, "configmaps");
  TRY(auto version, version_of(other, collection));
  auto settled = [&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(2500));  // the allocator's decay
    return memory_of(target.pid).resident_mb;
  };
  const double at_first = settled();
  TRY_OK(fleet.warm_up({"GET", collection + "?limit=1", {}, {}}));
  const double connected = settled();
  const auto start = Clock::now();
  const auto cpu = cpu_nanoseconds(target.pid);
  TRY(auto watchers, Watchers::open(fleet, collection, version));
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  const double count = shape.requests_at_once();
  Row row;
  row.cpu_us = static_cast<double>(cpu_nanoseconds(target.pid) - cpu) / 1e3 / count;
  const double watched = settled();
  row.scenario = "idle";
  row.protocol = shape.version == http::Version::kHttp2 ? "2" : "1.1";
  row.shape = shape.text();
  row.per_second = count / seconds;
  row.rss_mb = watched;
  row.more = {{"kb_per_watcher", (watched - connected) * 1024 / count},
              {"kb_per_connection", (connected - at_first) * 1024 / shape.connections}};
  bench.add(std::move(row));
  return true;
}

Result<bool> make_watched_objects(Bench& bench, const Target& target, const std::string& space) {
  Fleet setup(bench.loop(), target, Shape{});
  TRY_OK(create_namespace(setup, space));
  TRY_OK(setup.call(create_config_map(space, "one", kObjectBytes)));
  for (int i = 0; i < 16; ++i) {
    TRY_OK(setup.call(create_config_map(space, fmt::format("many-{}", i), kObjectBytes)));
  }
  return true;
}

}  // namespace

Result<bool> measure_watch(Bench& bench) {
  TRY(auto target, bench.server());
  const auto space = bench.name_space("watch");
  TRY_OK(make_watched_objects(bench, target, space));
  const int watchers = bench.settings().watchers;
  TRY_OK(fan_out(bench, target, {http::Version::kHttp2, std::max(watchers / 100, 1), std::min(watchers, 100)},
                 space));
  TRY_OK(fan_out(bench, target, {http::Version::kHttp11, watchers, 1}, space));
  return true;
}

Result<bool> measure_idle_watchers(Bench& bench) {
  const int streams = bench.settings().idle_streams;
  for (const Shape shape : {Shape{http::Version::kHttp2, std::max(streams / 100, 1), std::min(streams, 100)},
                            Shape{http::Version::kHttp11, std::max(streams / 10, 1), 1}}) {
    TRY(auto target, bench.server());
    const auto space = bench.name_space(fmt::format("idle{}", static_cast<int>(shape.version)));
    TRY_OK(make_watched_objects(bench, target, space));
    TRY_OK(idle_on(bench, target, shape, space));
  }
  return true;
}

}  // namespace pedalion::bench
