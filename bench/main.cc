// pedalion-bench: measures a server, its own or one that runs. README.md says what and how.
#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <iterator>

#include "bench/scenario.h"
#include "pedalion/http/client.h"

namespace pedalion::bench {
namespace {

struct Flags {
  std::string binary, url, token, authority_file, storage = "embedded", directory, json;
  int pid = 0;
  double seconds = 0;
  bool quick = false;
  std::vector<std::string> only, server_flags;
};

void declare(CLI::App& app, Flags& flags) {
  auto* exec =
      app.add_option("--exec", flags.binary, "The server's binary: each scenario starts one of its own");
  auto* server =
      app.add_option("--server", flags.url, "https://127.0.0.1:PORT of a server that runs already");
  exec->excludes(server);
  app.add_option("--token", flags.token, "Bearer token for --server; it must be allowed everything");
  app.add_option("--ca", flags.authority_file, "Verify the certificate of --server against this file");
  app.add_option("--pid", flags.pid, "Process of --server, for its CPU and memory");
  app.add_option("--storage", flags.storage, "Storage of the servers that --exec starts: embedded or memory");
  app.add_option("--directory", flags.directory,
                 "Where those keep their data: choose the disk that is to be measured");
  app.add_option("--server-flag", flags.server_flags,
                 "A further flag for those, such as --server-flag=--v=3");
  app.add_option("--seconds", flags.seconds, "Duration of each load (default 5, with --quick 1)");
  app.add_flag("--quick", flags.quick, "A second a load, and fewer objects and watchers");
  app.add_option("--json", flags.json, "Write the results into this file, too");
  std::string names;
  for (const auto& scenario : all_scenarios())
    names += fmt::format("\n  {}: {}", scenario.name, scenario.what);
  app.add_option("--only", flags.only, "Only these scenarios:" + names)->delimiter(',');
}

Result<Settings> settings_of(const Flags& flags) {
  Settings settings;
  if (flags.quick) {
    settings.effort = Effort::kQuick;
    settings.duration = std::chrono::seconds(1);
    settings.idle_streams = 1000;
    settings.many_objects = 10000;
    settings.pods_in_etcd = 15000;
  }
  if (flags.seconds > 0)
    settings.duration = std::chrono::milliseconds(static_cast<int>(flags.seconds * 1000));
  if (!flags.binary.empty()) {
    settings.launch = LaunchOptions{flags.binary, flags.storage, flags.directory, flags.server_flags};
    return settings;
  }
  if (flags.url.empty()) return std::unexpected(Status(400, "", "give --exec BINARY or --server URL"));
  TRY(settings.target, parse_target(flags.url));
  settings.target.token = flags.token;
  settings.target.pid = flags.pid;
  if (!flags.authority_file.empty()) {
    std::ifstream file(flags.authority_file);
    settings.target.authority_pem.assign(std::istreambuf_iterator<char>(file), {});
    if (settings.target.authority_pem.empty()) {
      return std::unexpected(Status(400, "", flags.authority_file + " cannot be read"));
    }
  }
  return settings;
}

// Thousands of connections need as many descriptors, here and in the servers that this starts.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

int run(const Flags& flags) {
  for (const auto& name : flags.only) {
    if (std::ranges::find(all_scenarios(), name, &Scenario::name) == all_scenarios().end()) {
      fmt::print(stderr, "pedalion-bench: no scenario is called {}\n", name);
      return 2;
    }
  }
  auto settings = settings_of(flags);
  if (!settings) {
    fmt::print(stderr, "pedalion-bench: {}\n", settings.error().message);
    return 2;
  }
  raise_descriptor_limit();
  auto loop = http::make_loop_thread("bench");
  Report report;
  report.begin();
  Bench bench(*loop, *std::move(settings), report);
  for (const auto& scenario : all_scenarios()) {
    if (!flags.only.empty() && std::ranges::find(flags.only, scenario.name) == flags.only.end()) continue;
    if (auto result = scenario.run(bench); !result) {
      Row row;
      row.scenario = scenario.name;
      row.problem = "failed: " + result.error().message;
      bench.add(std::move(row));
    }
  }
  if (!flags.json.empty() && !report.write_json(flags.json)) {
    fmt::print(stderr, "pedalion-bench: {} cannot be written\n", flags.json);
    return 1;
  }
  return report.has_problems() ? 1 : 0;
}

}  // namespace
}  // namespace pedalion::bench

int main(int count, char** words) {
  CLI::App app("Measures the requests a second, latency, CPU and memory of a Pedalion server.");
  pedalion::bench::Flags flags;
  pedalion::bench::declare(app, flags);
  CLI11_PARSE(app, count, words);
  return pedalion::bench::run(flags);
}
