#pragma once
// What is measured: one function a scenario, and what they share.
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "bench/fleet.h"
#include "bench/process.h"
#include "bench/report.h"
#include "bench/target.h"

namespace pedalion::bench {

enum class Effort { kQuick, kFull };

struct Settings {
  std::optional<LaunchOptions> launch;  // else `target` is measured as it runs
  Target target;
  Effort effort = Effort::kFull;
  std::chrono::milliseconds duration{5000};  // of each load
  int watchers = 1000, idle_streams = 10000, list_objects = 10000, many_objects = 100000,
      pods_in_etcd = 150000;
};

/// The run of all scenarios. Belongs to the main thread; requests run on `loop`.
class Bench {
 public:
  Bench(Loop& loop, Settings settings, Report& report)
      : loop_(loop), settings_(std::move(settings)), report_(report) {}

  /// A server that holds nothing yet and is ready, where this program starts them; else the one that runs.
  Result<Target> server();
  /// Starts one without waiting.
  Result<LaunchedServer*> launch(std::unique_ptr<LaunchedServer> keep_data_of = nullptr,
                                 const std::vector<std::string>& more_flags = {});
  std::unique_ptr<LaunchedServer> take_server() { return std::move(server_); }
  /// Asks /readyz until it answers 200, for half a minute at most.
  Result<bool> wait_until_ready(const Target& target);
  /// A namespace of this run's own.
  std::string name_space(std::string_view purpose);

  void add(Row row) { report_.add(std::move(row)); }
  Loop& loop() { return loop_; }
  const Settings& settings() const { return settings_; }

 private:
  Loop& loop_;
  const Settings settings_;
  Report& report_;
  std::unique_ptr<LaunchedServer> server_;
};

struct Scenario {
  std::string_view name, what;
  Result<bool> (*run)(Bench&);
};

/// In the order in which they run.
std::span<const Scenario> all_scenarios();

Result<bool> measure_startup(Bench& bench);
Result<bool> measure_get(Bench& bench);
Result<bool> measure_list(Bench& bench);
Result<bool> measure_create(Bench& bench);
Result<bool> measure_create_pod(Bench& bench);
Result<bool> measure_patch(Bench& bench);
Result<bool> measure_watch(Bench& bench);
Result<bool> measure_idle_watchers(Bench& bench);
Result<bool> measure_objects(Bench& bench);
Result<bool> measure_informer(Bench& bench);
Result<bool> measure_create_over_etcd(Bench& bench);
Result<bool> measure_startup_over_etcd(Bench& bench);

/// Durable creates of ConfigMaps over several shapes of connections, rows called `scenario`.
Result<bool> measure_creates(Bench& bench, const Target& target, std::string_view scenario);

/// A row of what a load has measured.
Row row_of(std::string_view scenario, const Fleet& fleet, Measured measured);

}  // namespace pedalion::bench
