#pragma once
// Runs a program to its end, beside the loop, and takes what it writes.
#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "pedalion/base/status.h"

namespace pedalion::client::config {

struct Program {
  std::string command;  // without a slash: looked for in $PATH
  std::vector<std::string> args;
  std::vector<std::string> environment;  // NAME=VALUE: all of it
  bool interactive = false;              // it has this process's standard input and terminal
  std::chrono::milliseconds deadline{std::chrono::minutes(5)};
  std::size_t output_limit = 1 << 20;
};

/// A program on its way, with a thread that waits for it. Destroying it kills the program and waits for that.
class RunningProgram {
 public:
  /// `done` is called once, on that thread: with what the program wrote to its standard output, or why there
  /// is nothing: it could not be started (reason NotFound when there is none of that name), it failed, wrote
  /// too much, took too long. Its standard error is this process's.
  RunningProgram(Program program, std::move_only_function<void(Result<std::string>)> done);
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;
  ~RunningProgram();

 private:
  std::atomic<bool> stopped_ = false;
  std::thread thread_;
};

}  // namespace pedalion::client::config
