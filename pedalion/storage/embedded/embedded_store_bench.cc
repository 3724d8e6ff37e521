// Durable writes with N writers that each wait for their answer, as N connections do; CPU time is the whole
// process's.
#include <benchmark/benchmark.h>

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "pedalion/storage/embedded/embedded_store.h"
#include "pedalion/storage/embedded/temporary_directory.h"

namespace pedalion::storage::embedded {
namespace {

constexpr std::size_t kValueSize = 1400;

class Countdown {
 public:
  explicit Countdown(int left) : left_(left) {}
  void count() {
    std::lock_guard lock(mutex_);
    if (--left_ == 0) zero_.notify_one();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    zero_.wait(lock, [this] { return left_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable zero_;
  int left_;
};

Task<void> create_many(Store& store, std::string prefix, int count) {
  for (int number = 0; number < count; ++number) {
    (co_await store.create(prefix + std::to_string(number), Bytes(std::string(kValueSize, 'x')),
                           std::nullopt))
        .value();
  }
}

Task<void> update_many(Store& store, std::string key, int count) {
  Revision revision = (co_await store.create(key, Bytes(std::string(kValueSize, 'x')), std::nullopt)).value();
  for (int number = 1; number < count; ++number) {
    revision =
        (co_await store.update(key, Bytes(std::string(kValueSize, 'x')), revision, std::nullopt)).value();
  }
}

template <class Write>
void run(benchmark::State& state, Write write) {
  int writers = static_cast<int>(state.range(0)), writes_each = std::max(16, 32768 / writers / 4);
  std::int64_t total = 0;
  for (auto _ : state) {
    state.PauseTiming();
    TemporaryDirectory directory;
    auto store = EmbeddedStore::open({.directory = directory.path()}).value();
    state.ResumeTiming();
    Countdown done(writers);
    for (int writer = 0; writer < writers; ++writer) {
      spawn(write(*store, "/registry/configmaps/default/writer-" + std::to_string(writer) + "-", writes_each),
            [&] { done.count(); });
    }
    done.wait();
    total += std::int64_t{writers} * writes_each;
    state.PauseTiming();
    store.reset();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(total);
}

void create(benchmark::State& state) { run(state, create_many); }
void update(benchmark::State& state) { run(state, update_many); }

BENCHMARK(create)->Arg(1)->Arg(16)->Arg(128)->Arg(1024)->MeasureProcessCPUTime()->UseRealTime();
BENCHMARK(update)->Arg(1)->Arg(128)->MeasureProcessCPUTime()->UseRealTime();

void open_fresh(benchmark::State& state) {
  for (auto _ : state) {
    TemporaryDirectory directory;
    EmbeddedStore::open({.directory = directory.path()}).value();
  }
}
BENCHMARK(open_fresh)->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kMillisecond);

/// Memory and time of a store of 100,000 keys: opening it, and listing all of it.
void list_all(benchmark::State& state) {
  TemporaryDirectory directory;
  auto store = EmbeddedStore::open({.directory = directory.path()}).value();
  Countdown done(128);
  for (int writer = 0; writer < 128; ++writer) {
    spawn(create_many(*store, "/registry/configmaps/default/writer-" + std::to_string(writer) + "-", 782),
          [&] { done.count(); });
  }
  done.wait();
  for (auto _ : state) {
    benchmark::DoNotOptimize(sync_wait(store->list("/registry/", {})).value());
  }
  state.SetItemsProcessed(state.iterations() * 128 * 782);
}
BENCHMARK(list_all)->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace pedalion::storage::embedded
