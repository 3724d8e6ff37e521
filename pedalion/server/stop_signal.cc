#include "pedalion/server/stop_signal.h"

#include <signal.h>
#include <unistd.h>

#include <thread>

namespace pedalion::server {
namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

int wait() {
  const sigset_t set = stop_signals();
  int signal = 0;
  sigwait(&set, &signal);
  return signal;
}

}  // namespace

void block_stop_signals() {
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

int wait_for_stop_signal() {
  int first = wait();
  std::thread([] {
    wait();
    _exit(1);
  }).detach();
  return first;
}

}  // namespace pedalion::server
