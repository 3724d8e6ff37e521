#include <algorithm>
#include <cstdlib>

#include "pedalion/http/client/tunnel.h"

/// A proxy may answer anything: the talk ends, and never with more than was asked for.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace pedalion::http;
  std::string_view input(reinterpret_cast<const char*>(data), size);
  for (auto kind : {ClientProxy::Kind::kHttp, ClientProxy::Kind::kSocks5}) {
    auto tunnel = client::make_tunnel({kind, "proxy", 1, "user", "password"}, "host", 443).value();
    auto rest = input;
    while (!tunnel->done()) {
      (void)tunnel->take_output();
      if (tunnel->wanted() == 0) std::abort();
      auto piece = rest.substr(0, std::min(tunnel->wanted(), rest.size()));
      auto taken = tunnel->receive(piece);
      if (!taken && (taken.error().code != 503 || taken.error().message.empty())) std::abort();
      if (!taken) break;
      if (piece.empty()) std::abort();
      rest.remove_prefix(piece.size());
    }
  }
  return 0;
}
