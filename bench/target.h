#pragma once
// The server that is measured: where it listens, who asks, and which process it is.
#include <cstdint>
#include <string>

#include "pedalion/base/status.h"

namespace pedalion::bench {

struct Target {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::string token;
  std::string authority_pem;  // empty: the server's certificate is not verified
  int pid = 0;                // 0: not known, so neither CPU nor memory is measured
};

/// Of https://HOST:PORT. Fails unless HOST is a loopback address: this program floods what it is pointed at.
Result<Target> parse_target(const std::string& url);

}  // namespace pedalion::bench
