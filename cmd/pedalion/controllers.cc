// `pedalion controllers`: the controllers in a process of their own, against any server.
#include <iostream>
#include <sstream>

#include "cmd/pedalion/commands.h"
#include "pedalion/base/log.h"
#include "pedalion/client/config/http_transport.h"
#include "pedalion/client/config/kubeconfig.h"
#include "pedalion/client/config/text_file.h"
#include "pedalion/controllers/manager/controller_manager.h"
#include "pedalion/controllers/manager/controller_table.h"
#include "pedalion/server/stop_signal.h"

namespace pedalion::program {
namespace {

using controllers::manager::ControllerManager;

int fail(const Status& status, int code) {
  std::cerr << "pedalion: " << status.message << "\n";
  return code;
}

void print_usage() {
  std::cout
      << "pedalion controllers [--kubeconfig=FILE] [--controllers=LIST] [--root-ca-file=FILE]\n\n"
         "Runs controllers against the server of a kubeconfig ($KUBECONFIG, ~/.kube/config, or what a pod "
         "knows).\nLIST: * all that are on by default, NAME this one, -NAME not this one; of:\n";
  for (const auto& entry : controllers::manager::controller_table()) std::cout << "  " << entry.name << "\n";
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> words;
  std::istringstream text(list);
  for (std::string word; std::getline(text, word, ',');) words.push_back(word);
  return words;
}

struct Flags {
  std::string kubeconfig, controllers = "*", root_ca_file;
};

/// --name=value, or --name value.
Result<Flags> flags_of(Arguments arguments) {
  Flags flags;
  for (std::size_t at = 0; at < arguments.size(); ++at) {
    auto equals = arguments[at].find('=');
    auto name = arguments[at].substr(0, equals);
    std::string* place = name == "--kubeconfig"     ? &flags.kubeconfig
                         : name == "--controllers"  ? &flags.controllers
                         : name == "--root-ca-file" ? &flags.root_ca_file
                                                    : nullptr;
    if (place == nullptr || (equals == std::string::npos && at + 1 == arguments.size())) {
      return std::unexpected(Status(400, "BadRequest", "controllers: what is \"" + arguments[at] + "\"?"));
    }
    *place = equals == std::string::npos ? arguments[++at] : arguments[at].substr(equals + 1);
  }
  return flags;
}

Result<std::unique_ptr<ControllerManager>> start(const Flags& flags) {
  TRY(auto config, client::config::load_config(flags.kubeconfig));
  config.user_agent = controllers::manager::kUserAgent;
  config.qps = 0;
  controllers::manager::ControllerManagerOptions options;
  options.controllers = split(flags.controllers);
  options.root_ca = config.tls.authority.data;
  auto file = flags.root_ca_file.empty() ? config.tls.authority.file : flags.root_ca_file;
  if (!file.empty() && (options.root_ca.empty() || !flags.root_ca_file.empty())) {
    TRY(options.root_ca, client::config::read_text_file(file));
  }
  auto connect = [&](Loop& loop) { return client::config::make_client(loop, config); };
  return ControllerManager::start(connect, std::move(options));
}

}  // namespace

int controllers(Arguments arguments) {
  if (!arguments.empty() && (arguments[0] == "--help" || arguments[0] == "-h")) {
    print_usage();
    return 0;
  }
  auto flags = flags_of(arguments);
  if (!flags) return fail(flags.error(), 2);
  server::block_stop_signals();
  auto running = start(*flags);
  if (!running) return fail(running.error(), 1);
  log::info("controllers run");
  int signal = server::wait_for_stop_signal();
  log::info("stopping", {{"signal", signal}});
  return 0;
}

}  // namespace pedalion::program
