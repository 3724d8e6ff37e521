// main(): finds the command. What a command builds is in its own file.
#include <cstdio>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "cmd/pedalion/commands.h"
#include "pedalion/server/version.h"
#include "pedalion/storage/embedded/tool.h"

namespace {

constexpr std::string_view kUsage = R"(pedalion COMMAND [ARGUMENTS]

  up [FLAGS]             run a server that needs no configuration: data, certificates and a kubeconfig in ~/.pedalion
  serve [FLAGS]          run a server with kube-apiserver's flags (also when the program is called kube-apiserver)
  controllers [FLAGS]    run the controllers in a process of their own, against the server of a kubeconfig
  routes [-o json]       print every path of the API and what serves it
  trace METHOD PATH      ask a running server and print each step of the request with its time
  storage COMMAND        check, back up, restore or compact an embedded store; export and import any
  version                print the version

up and serve take --help.
)";

int run(std::string_view command, std::span<const std::string> arguments) {
  using namespace pedalion;
  if (command == "up") return program::up(arguments);
  if (command == "serve") return program::serve(arguments);
  if (command == "controllers") return program::controllers(arguments);
  if (command == "routes") return program::routes(arguments);
  if (command == "trace") return program::trace(arguments);
  if (command == "storage" && !arguments.empty() && (arguments[0] == "export" || arguments[0] == "import")) {
    return program::transfer(arguments[0], arguments.subspan(1));
  }
  if (command == "storage") return storage::embedded::storage_command(arguments, std::cout, std::cerr);
  if (command == "version" || command == "--version") {
    std::cout << server::version_text() << "\n";
    return 0;
  }
  if (command == "help" || command == "--help" || command == "-h") {
    std::cout << kUsage;
    return 0;
  }
  std::cerr << "pedalion: unknown command '" << command << "'\n" << kUsage;
  return 2;
}

}  // namespace

int main(int count, char** words) {
  std::vector<std::string> arguments(words, words + count);
  std::string_view program = arguments.front();
  program.remove_prefix(program.rfind('/') + 1);
  std::span<const std::string> rest(arguments);
  if (program == "kube-apiserver") return pedalion::program::serve(rest.subspan(1));
  if (count < 2) {
    std::cerr << kUsage;
    return 2;
  }
  return run(arguments[1], rest.subspan(2));
}
