#include "pedalion/storage/etcd3/poller.h"

#include <pthread.h>

#include "pedalion/storage/resumptions.h"

namespace pedalion::storage::etcd3 {
namespace {

constexpr int kTogether = 64;  // so that the first does not wait for long

/// What waited outside of any loop may go on with anything, even with waiting for another answer: not here.
void resume_elsewhere(const Resumptions::Coroutines& waiters) {
  for (std::coroutine_handle<> waiter : waiters) std::thread([waiter] { waiter.resume(); }).detach();
}

}  // namespace

Poller::Poller() : thread_([this] { run(); }) {}

Poller::~Poller() {
  queue_.Shutdown();
  thread_.join();
}

void Poller::run() {
  pthread_setname_np(pthread_self(), "etcd");
  Resumptions resumptions;
  void* tag = nullptr;
  bool ok = false;
  while (queue_.Next(&tag, &ok)) {
    int count = 0;
    do {
      resumptions.add(Operation::of(tag).ended(ok));
    } while (++count < kTogether && queue_.AsyncNext(&tag, &ok, gpr_inf_past(GPR_CLOCK_MONOTONIC)) ==
                                        grpc::CompletionQueue::GOT_EVENT);
    resumptions.flush(&resume_elsewhere);
  }
}

}  // namespace pedalion::storage::etcd3
