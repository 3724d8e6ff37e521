// `pedalion serve` and `pedalion up`: flags to options, options to a control plane, and its life until a
// signal.
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>

#include "cmd/pedalion/commands.h"
#include "cmd/pedalion/startup_memory.h"
#include "pedalion/base/log.h"
#include "pedalion/controlplane/control_plane.h"
#include "pedalion/controlplane/options.h"
#include "pedalion/server/flags.h"
#include "pedalion/server/stop_signal.h"

namespace pedalion::program {
namespace {

using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

int fail(const Status& status, int code) {
  std::cerr << "pedalion: " << status.message << "\n";
  return code;
}

int run_server(const server::FlagValues& flags) {
  auto begin = Clock::now();
  server::block_stop_signals();
  log::configure(flags.text("logging-format") == "json" ? log::Format::kJson : log::Format::kText,
                 static_cast<int>(flags.integer("v")));
  auto options = controlplane::options_from(flags);
  if (!options) return fail(options.error(), 2);
  auto plane = controlplane::ControlPlane::create(std::move(*options));
  if (!plane) return fail(plane.error(), 1);
  if (auto started = (*plane)->start(); !started) return fail(started.error(), 1);
  log::info("listening", {{"address", (*plane)->url()}, {"kubeconfig", (*plane)->kubeconfig_path()}});
  (*plane)->when_ready([begin] {
    log::info("ready", {{"after_ms", milliseconds_since(begin)}});
    let_go_of_startup_pages();
  });
  int signal = server::wait_for_stop_signal();
  log::info("stopping", {{"signal", signal}});
  (*plane)->shutdown();
  log::info("stopped");
  return 0;
}

bool wants_help(Arguments arguments) {
  return std::ranges::any_of(arguments, [](const auto& word) { return word == "--help" || word == "-h"; });
}

/// ~ of whoever runs this.
std::string home_directory() {
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') return home;
  const passwd* entry = getpwuid(getuid());
  return entry != nullptr ? entry->pw_dir : ".";
}

}  // namespace

int serve(Arguments arguments) {
  if (wants_help(arguments)) {
    std::cout << "pedalion serve [FLAGS]\n\n";
    server::print_flags(std::cout);
    return 0;
  }
  auto flags = server::FlagValues::parse(arguments);
  return flags ? run_server(*flags) : fail(flags.error(), 2);
}

int up(Arguments arguments) {
  if (wants_help(arguments)) {
    std::cout
        << "pedalion up [FLAGS]\n\nAs serve, with other defaults: --data-dir=~/.pedalion, and below it\n"
           "--cert-dir=DIR/certs, --loopback-kubeconfig=DIR/admin.kubeconfig; and --controllers=*.\n\n";
    server::print_flags(std::cout);
    return 0;
  }
  auto flags = server::FlagValues::parse(arguments);
  if (!flags) return fail(flags.error(), 2);
  flags->set_default("data-dir", home_directory() + "/.pedalion");
  const std::string directory = flags->text("data-dir");
  flags->set_default("cert-dir", directory + "/certs");
  flags->set_default("loopback-kubeconfig", directory + "/admin.kubeconfig");
  flags->set_default("controllers", "*");
  std::cout << "kubectl: export KUBECONFIG=" << flags->text("loopback-kubeconfig") << std::endl;
  return run_server(*flags);
}

}  // namespace pedalion::program
