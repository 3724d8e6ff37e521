#include "bench/scenario.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <thread>

namespace pedalion::bench {

std::span<const Scenario> all_scenarios() {
  static constexpr std::array<Scenario, 12> kAll = {{
      {"startup", "exec to a ready server; memory of an idle one", measure_startup},
      {"get", "GET of a ConfigMap of 2 kB, in JSON and in protobuf", measure_get},
      {"create", "POST of ConfigMaps of 2 kB, durable", measure_create},
      {"create-pod", "POST of Pods of 10 kB, durable", measure_create_pod},
      {"patch", "merge patches of a 2 kB ConfigMap and a 10 kB Pod; strategic ones and applies of the Pod",
       measure_patch},
      {"list", "LIST of 10,000 ConfigMaps of 1.4 kB, in JSON and in protobuf", measure_list},
      {"watch", "1,000 watchers of changing ConfigMaps of 2 kB", measure_watch},
      {"idle", "memory of 10,000 watchers that wait", measure_idle_watchers},
      {"create-etcd", "the same POSTs, kept in an etcd", measure_create_over_etcd},
      {"startup-etcd", "exec to a ready server, and to its first list, over an etcd with 150,000 Pods",
       measure_startup_over_etcd},
      {"objects", "memory of 100,000 ConfigMaps of 1 kB", measure_objects},
      {"informer", "an informer of 100,000 ConfigMaps of 1 kB: its list, its memory, its events",
       measure_informer},
  }};
  return kAll;
}

Result<LaunchedServer*> Bench::launch(std::unique_ptr<LaunchedServer> keep_data_of,
                                      const std::vector<std::string>& more_flags) {
  server_.reset();
  LaunchOptions options = *settings_.launch;
  options.further_flags.insert(options.further_flags.end(), more_flags.begin(), more_flags.end());
  TRY(server_, LaunchedServer::launch(options, std::move(keep_data_of)));
  return server_.get();
}

Result<Target> Bench::server() {
  if (!settings_.launch) return settings_.target;
  TRY(auto* server, launch());
  TRY_OK(wait_until_ready(server->target()));
  return server->target();
}

Result<bool> Bench::wait_until_ready(const Target& target) {
  Fleet fleet(loop_, target, Shape{});
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (true) {
    auto answer = fleet.call({"GET", "/readyz", {}, {}});
    if (answer) return true;
    if (server_ && !server_->running()) {
      return std::unexpected(Status(500, "", "the server has ended:\n" + server_->log_tail()));
    }
    if (std::chrono::steady_clock::now() > end) return std::unexpected(answer.error());
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

std::string Bench::name_space(std::string_view purpose) {
  return fmt::format("bench-{}-{}", ::getpid(), purpose);
}

Row row_of(std::string_view scenario, const Fleet& fleet, Measured measured) {
  Row row;
  row.scenario = scenario;
  row.protocol = fleet.shape().protocol();
  row.shape = fleet.shape().text();
  row.problem = measured.problem;
  if (measured.seconds > 0) row.per_second = static_cast<double>(measured.operations) / measured.seconds;
  row.latencies = measured.samples.latencies();
  row.cpu_us = measured.cpu_us_per_operation;
  row.rss_mb = memory_of(fleet.target().pid).resident_mb;
  return row;
}

}  // namespace pedalion::bench
