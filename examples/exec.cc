// Runs a command in a container, with this program's input, and ends with the command's exit code.
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "common.h"
#include "pedalion/client/streaming/remote_command.h"

using namespace pedalion;
using namespace pedalion::client;

namespace {

Task<Result<void>> write(std::ostream* to, Bytes piece) {
  *to << piece.view() << std::flush;
  co_return Result<void>();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return std::cerr << "usage: exec NAMESPACE POD COMMAND [ARGUMENT…] < INPUT\n", 2;
  std::vector<std::string> command(argv + 3, argv + argc);
  std::string input(std::istreambuf_iterator<char>(std::cin), {});
  auto session = examples::open_session();
  return examples::or_fail(session->wait([&] {
    streaming::RemoteStreams streams;
    streams.in = http::body_of(Bytes(std::move(input)));
    streams.out = [](Bytes piece) { return write(&std::cout, std::move(piece)); };
    streams.err = [](Bytes piece) { return write(&std::cerr, std::move(piece)); };
    return streaming::exec(session->client(), {argv[1], argv[2], ""}, command, std::move(streams));
  }));
}
