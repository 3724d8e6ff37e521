#pragma once
// The measured process as the kernel sees it: CPU, memory; and starting one.
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bench/target.h"
#include "pedalion/base/status.h"

namespace pedalion::bench {

/// CPU of all threads of a process so far, user and system, in nanoseconds. 0 when it is not known.
std::uint64_t cpu_nanoseconds(int pid);

/// The same with that of threads which have ended, to ten milliseconds.
double cpu_milliseconds_with_ended_threads(int pid);

struct Memory {
  double resident_mb = 0;   // all that is in memory …
  double anonymous_mb = 0;  // … without what is mapped from files, such as the program itself
  double peak_mb = 0;       // the most resident since reset_peak()
};
Memory memory_of(int pid);
/// Makes the present residence the peak.
void reset_peak(int pid);

struct LaunchOptions {
  std::string binary;
  std::string storage = "embedded";
  std::string directory;  // below it each server gets its own; empty: the system's for temporary files
  std::vector<std::string> further_flags;
};

/// `pedalion serve` with data, certificates and token of its own, in a directory that goes with it. The
/// server dies with this process.
class LaunchedServer {
 public:
  /// Starts it; does not wait until it is ready. `keep_data_of`: takes over that server's directory, which
  /// has been stopped.
  static Result<std::unique_ptr<LaunchedServer>> launch(
      const LaunchOptions& options, std::unique_ptr<LaunchedServer> keep_data_of = nullptr);
  ~LaunchedServer();

  /// SIGTERM, and SIGKILL when that takes too long. Then only its directory is left.
  void stop();
  bool running();
  const Target& target() const { return target_; }
  std::chrono::steady_clock::time_point started() const { return started_; }
  /// The end of what it has written.
  std::string log_tail() const;

 private:
  LaunchedServer() = default;
  Target target_;
  std::string directory_;
  std::chrono::steady_clock::time_point started_;
};

}  // namespace pedalion::bench
